package io.millrace.membership.quorum;

import io.millrace.membership.NotLeaderException;
import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.VoterChangeException;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Candidate;
import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Observer;
import io.millrace.membership.quorum.QuorumState.Prospective;
import io.millrace.membership.quorum.QuorumState.Unattached;
import io.millrace.membership.quorum.QuorumState.Voted;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;

/**
 * One node's part in the agreement: Raft with pre-vote and check-quorum, where followers pull, as KRaft has it. Events
 * and the time go in, {@link QuorumEffects} come out; there is no clock, no I/O and no thread in here.
 *
 * <p>The states are {@link Unattached}, {@link Voted}, {@link Prospective}, {@link Candidate}, {@link Follower},
 * {@link Leader} and {@link Observer}; {@link QuorumState} draws how they follow from each other. A quorum of one takes
 * the same way in one step: it pre-votes for itself, votes for itself, leads, and commits what it has synced.
 *
 * <p>Kept here (the package's list has them all): Q1 vote durable before answered, one per epoch ({@link ElectionRules}); Q2
 * a fetch vouches for synced entries only ({@link FollowerRules}, {@link LeaderRules}); Q3 nothing commits before a
 * record of the own epoch; Q4 pre-vote and check-quorum; Q5 committed only; Q6 another directory is an observer
 * ({@link VoterSet}); Q7 equal-offset prefix check at a snapshot ({@link LogView}); Q8 halts instead of guessing.
 *
 * <p>Thread: the owner's. {@code nowMs} is any clock that never goes back.
 */
public final class QuorumMachine {
    private final QuorumCore core;
    private final ElectionRules elections;
    private final LeaderRules leading;
    private final FollowerRules following;

    /**
     * @param stored the state file's content, {@link ElectionState#INITIAL} for a new node
     * @param log what was found on disk
     * @param jitter a random number below its argument
     */
    public QuorumMachine(
            QuorumSettings settings,
            QuorumEffects effects,
            ElectionState stored,
            StoredLog log,
            IntUnaryOperator jitter) {
        this(settings, effects, stored, log, new VoterHistory(settings.voters(), log.voters()), jitter);
    }

    /** For canaries: with a history of voters that breaks a rule. */
    QuorumMachine(
            QuorumSettings settings,
            QuorumEffects effects,
            ElectionState stored,
            StoredLog log,
            VoterHistory voters,
            IntUnaryOperator jitter) {
        EpochHistory history = new EpochHistory();
        history.resetTo(log.base());
        log.epochStarts().forEach((epoch, start) -> {
            if (epoch > history.lastEpoch()) {
                history.note(epoch, start);
            }
        });
        LogView view = new LogView(log.base(), history, log.endOffset());
        core = new QuorumCore(
                settings, effects, view, voters, stored, log.snapshot().endOffset(), jitter);
        elections = new ElectionRules(core);
        leading = new LeaderRules(core, log.snapshot());
        following = new FollowerRules(core);
    }

    public void start(long nowMs) {
        core.start(nowMs);
        following.reset(nowMs);
        onTick(nowMs);
    }

    /** To be called at {@link #nextDeadlineMs}; too early or too often does no harm. */
    public void onTick(long nowMs) {
        if (core.halted()) {
            return;
        }
        leading.tick(nowMs);
        QuorumState state = core.state();
        if (!(state instanceof Leader) && state.deadlineMs() <= nowMs) {
            if (state instanceof Observer) {
                following.loseLeader(nowMs);
            } else if (following.installing()) {
                // The log is being replaced; until that is done this node has no position to stand with.
                core.become(waitLonger(state, nowMs));
            } else if (state instanceof Follower follower) {
                leaderIsLost(follower, nowMs);
            } else {
                elections.prospect(nowMs);
            }
        }
        following.pull(nowMs);
    }

    private QuorumState waitLonger(QuorumState state, long nowMs) {
        if (state instanceof Follower follower) {
            return follower.heardAt(nowMs + core.settings.fetchTimeoutMs());
        }
        return state.votedId() == QuorumState.NOBODY
                ? new Unattached(state.epoch(), core.electionDeadline(nowMs))
                : new Voted(state.epoch(), state.votedId(), core.electionDeadline(nowMs));
    }

    /** When {@link #onTick} is due; {@link Long#MAX_VALUE} for never, as in a quorum of one that leads. */
    public long nextDeadlineMs(long nowMs) {
        QuorumState state = core.state();
        long own = state instanceof Leader ? Long.MAX_VALUE : state.deadlineMs();
        return Math.min(own, Math.min(leading.nextDeadlineMs(nowMs), following.nextDeadlineMs()));
    }

    public void onMessage(int from, QuorumMessage message, long nowMs) {
        if (core.halted() || !learnEpoch(from, message, nowMs)) {
            return;
        }
        if (message instanceof FetchRequest fetch) {
            leading.onFetch(from, fetch, nowMs);
        } else if (message instanceof FetchResponse response) {
            following.onFetchResponse(from, response, nowMs);
        } else if (message instanceof VoteRequest vote) {
            elections.onVoteRequest(from, vote, nowMs);
        } else if (message instanceof VoteResponse response) {
            elections.onVoteResponse(from, response, nowMs);
        } else if (message instanceof EndEpoch end) {
            onEndEpoch(from, end, nowMs);
        } else if (message instanceof SnapshotRequest request) {
            core.effects.answerSnapshot(from, request);
        } else if (message instanceof SnapshotResponse response) {
            following.onSnapshotResponse(from, response, nowMs);
        }
        if (core.state() instanceof Leader) {
            leading.wakeParked();
        }
    }

    /** Every message may bring a higher epoch or the leader of this one; false when nothing else is to be done. */
    private boolean learnEpoch(int from, QuorumMessage message, long nowMs) {
        QuorumState state = core.state();
        int leader = message.leaderId();
        if (leader == core.self() && message.epoch() > state.epoch()) {
            return false;
        }
        if (message.epoch() > state.epoch()) {
            core.follow(message.epoch(), leader, nowMs);
            leading.dropParked();
            following.reset(nowMs);
            following.pull(nowMs);
        } else if (message.epoch() == state.epoch() && leader != QuorumState.NOBODY) {
            if (state.leaderId() == QuorumState.NOBODY) {
                boolean hearsayOfTheLost =
                        state instanceof Prospective asking && asking.lostLeaderId() == leader && from != leader;
                if (leader != core.self() && !hearsayOfTheLost) {
                    core.follow(message.epoch(), leader, nowMs);
                    following.reset(nowMs);
                    following.pull(nowMs);
                }
            } else if (state.leaderId() != leader) {
                core.halt("node " + from + " says that " + leader + " leads epoch " + state.epoch() + ", here it is "
                        + state.leaderId());
                return false;
            }
        }
        return true;
    }

    private void onEndEpoch(int from, EndEpoch end, long nowMs) {
        if (end.epoch() != core.state().epoch()
                || !(core.state() instanceof Follower follower)
                || follower.leaderId() != from) {
            return;
        }
        boolean first = !end.successors().isEmpty() && end.successors().get(0) == core.self();
        if (first && !following.installing()) {
            elections.prospect(nowMs);
        } else {
            core.become(Prospective.of(follower, core.self(), core.electionDeadline(nowMs)));
        }
    }

    /**
     * Offset of the last record, to be answered when committed; empty when this node does not lead this epoch.
     *
     * @throws NotLeaderException when it did, and the records would lie elsewhere than at {@code baseOffset}
     */
    public OptionalLong propose(int epoch, long baseOffset, List<byte[]> records, long nowMs) {
        return core.halted() ? OptionalLong.empty() : leading.propose(epoch, baseOffset, records, nowMs);
    }

    /**
     * Offset of the record that states the voters after the change, to be answered when committed; empty when this node does
     * not lead.
     *
     * @throws VoterChangeException when nothing was appended
     */
    public OptionalLong changeVoters(VoterChange change, long nowMs) {
        return core.halted() ? OptionalLong.empty() : leading.change(change, nowMs);
    }

    public void onWritten(long endOffset) {
        core.log.writtenTo(endOffset);
        leading.wakeParked();
    }

    public void onSynced(long endOffset, long nowMs) {
        core.log.syncedTo(endOffset);
        leading.onSynced();
        leading.wakeParked();
        following.learnCommitted();
        following.pull(nowMs);
    }

    /** Rule Q7: a snapshot of committed state is durable; the log goes as far as the one before it. */
    public void onSnapshotWritten(LogPosition snapshot) {
        LogPosition previous = leading.snapshot();
        leading.snapshotIs(snapshot);
        if (previous.endOffset() > core.log.base().endOffset()) {
            core.log.trimTo(previous);
            core.effects.trimTo(previous);
        }
        core.voterHistory().startAt(snapshot.endOffset());
    }

    /** @param voters as the snapshot states them; empty when they are those of the beginning */
    public void onSnapshotInstalled(LogPosition snapshot, Optional<VoterSet> voters, long nowMs) {
        leading.snapshotIs(snapshot);
        following.onSnapshotInstalled(snapshot, voters, nowMs);
    }

    public void onSnapshotRefused(long nowMs) {
        following.onSnapshotRefused(nowMs);
    }

    /** A failed probe of the leader counts as a fetch timeout. */
    public void onLeaderProbeFailed(int leaderId, long nowMs) {
        if (core.state() instanceof Follower follower && follower.leaderId() == leaderId && !following.installing()) {
            leaderIsLost(follower, nowMs);
        }
    }

    /**
     * All voters notice at about the same moment, so they stand one after the other: the first in the preferred order at once,
     * the next only if that came to nothing. From here on all of them would vote for another. If all stood at once, each
     * would vote for itself and the epoch would pass without a leader. Whoever has noticed earlier and been refused goes first.
     */
    private void leaderIsLost(Follower follower, long nowMs) {
        int rank = core.rank();
        long turnMs = nowMs + (long) Math.max(1, rank) * core.settings.rankDelayMs();
        core.become(Prospective.of(follower, core.self(), turnMs));
        if (!elections.answerRefused(nowMs) && rank == 0) {
            elections.prospect(nowMs);
        }
    }

    /** Hands leadership over to a voter (the rest of the voters if it cannot); nothing happens in a quorum of one. */
    public void transferLeadership(int to, long nowMs) {
        leading.resign(to, nowMs);
    }

    /** Who should lead stands first; elections of the others wait longer, in this order. */
    public void prefer(List<Integer> order) {
        core.prefer(order);
    }

    /** Who follows this node and how far; empty when it does not lead. */
    public Optional<QuorumDescription> describe(long nowMs) {
        return leading.describe(nowMs);
    }

    /** Those who decide by this node's log. */
    public VoterSet voters() {
        return core.voters();
    }

    /** Whether this node's own directory is one of them. */
    public boolean isVoter() {
        return core.isVoter();
    }

    /** What a snapshot that ends there has to state of the voters. */
    Optional<VoterSet> votersStatedAt(long endOffset) {
        return core.voterHistory().statedAt(endOffset);
    }

    /** No change of voters is under way. */
    boolean votersSettled() {
        return core.voterHistory().settled(core.highWatermark());
    }

    public QuorumState state() {
        return core.state();
    }

    public long highWatermark() {
        return core.highWatermark();
    }

    public long endOffset() {
        return core.log.end();
    }

    /** The position of a batch boundary at or below the end, for naming a snapshot. */
    public LogPosition positionAt(long offset) {
        return core.log.positionAt(offset);
    }
}
