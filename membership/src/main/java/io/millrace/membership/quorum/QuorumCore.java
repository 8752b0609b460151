package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Observer;
import io.millrace.membership.quorum.QuorumState.Prospective;
import io.millrace.membership.quorum.QuorumState.Unattached;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * What the parts of the machine share: the state, the log's outline, the high watermark, and the one way to change
 * each.
 *
 * <p>Thread: the owner's.
 */
final class QuorumCore {
    static final int NOBODY = QuorumState.NOBODY;

    final QuorumSettings settings;
    final QuorumEffects effects;
    final LogView log;
    private final VoterHistory voters;
    private final IntUnaryOperator jitter;
    private QuorumState state;
    private long highWatermark;
    private List<Integer> preference = List.of();
    private boolean halted;

    QuorumCore(
            QuorumSettings settings,
            QuorumEffects effects,
            LogView log,
            VoterHistory voters,
            ElectionState stored,
            long committed,
            IntUnaryOperator jitter) {
        this.settings = settings;
        this.effects = effects;
        this.log = log;
        this.voters = voters;
        this.jitter = jitter;
        this.highWatermark = committed;
        // Whoever reads the state before start sees what was stored, and nothing times out.
        this.state = initial(stored, Long.MAX_VALUE);
    }

    private QuorumState initial(ElectionState stored, long deadlineMs) {
        if (!isVoter()) {
            return new Observer(stored.epoch(), stored.votedId(), NOBODY, deadlineMs);
        }
        return stored.votedId() == NOBODY
                ? new Unattached(stored.epoch(), deadlineMs)
                : new QuorumState.Voted(stored.epoch(), stored.votedId(), deadlineMs);
    }

    void start(long nowMs) {
        state = initial(state.election(), isVoter() ? firstDeadline(nowMs) : nowMs);
    }

    QuorumState state() {
        return state;
    }

    /** Those who decide: as the log says, to its very end. */
    VoterSet voters() {
        return voters.latest();
    }

    VoterHistory voterHistory() {
        return voters;
    }

    /** Whether this node's own directory is among the voters; else it observes. */
    boolean isVoter() {
        return voters().contains(settings.nodeId(), settings.directoryId());
    }

    /** To the end of the log; a change of voters counts from here on. */
    void append(QuorumBatch batch) {
        log.append(batch);
        VotersRecord.in(batch).ifPresent(set -> voters.note(batch.baseOffset(), set));
        effects.append(batch);
    }

    void truncateTo(long endOffset) {
        log.truncateTo(endOffset);
        voters.truncateTo(endOffset);
        effects.truncateTo(endOffset);
    }

    /** The log of a node that does not lead has changed, and perhaps with it whether the node votes. */
    void takeRole(long nowMs) {
        if (state instanceof Follower follower && !isVoter()) {
            become(new Observer(follower.epoch(), follower.votedId(), follower.leaderId(), follower.deadlineMs()));
        } else if (!isVoter() && !(state instanceof Observer) && !(state instanceof Leader)) {
            become(new Observer(state.epoch(), state.votedId(), NOBODY, nowMs + settings.fetchTimeoutMs()));
        } else if (state instanceof Observer observer && isVoter()) {
            if (observer.leaderId() != NOBODY) {
                become(new Follower(observer.epoch(), observer.votedId(), observer.leaderId(), observer.deadlineMs()));
            } else {
                become(initial(observer.election(), electionDeadline(nowMs)));
            }
        }
    }

    int self() {
        return settings.nodeId();
    }

    long highWatermark() {
        return highWatermark;
    }

    boolean halted() {
        return halted;
    }

    /** Voters that are not named come after those that are, by their ids. */
    void prefer(List<Integer> order) {
        preference = List.copyOf(order);
    }

    /** Others who may know who leads, beside the voters: by this log perhaps none of those is there any more. */
    Set<Integer> othersWhoMayKnow() {
        Set<Integer> others = new TreeSet<>(settings.known());
        others.addAll(preference);
        others.removeAll(voters().ids());
        others.remove(settings.nodeId());
        return others;
    }

    /** How many voters should stand before this one; a leader that is lost does not count. */
    int rank() {
        int lost = state instanceof Prospective asking ? asking.lostLeaderId() : state.leaderId();
        Set<Integer> order = new LinkedHashSet<>(preference);
        order.addAll(voters().ids());
        order.retainAll(voters().ids());
        int rank = 0;
        for (int voter : order) {
            if (voter == settings.nodeId()) {
                break;
            }
            rank += voter == lost ? 0 : 1;
        }
        return rank;
    }

    /** The only place where the state changes: persists what must be, and tells who leads. */
    void become(QuorumState next) {
        QuorumState before = state;
        if (next.epoch() < before.epoch()) {
            throw new IllegalStateException("from epoch " + before.epoch() + " back to " + next.epoch());
        }
        state = next;
        if (!next.election().equals(before.election())) {
            effects.persist(next.election());
        }
        if (before instanceof Leader && !(next instanceof Leader)) {
            effects.leadershipLost(before.epoch());
        }
        if (before.leaderId() != next.leaderId() || (next.leaderId() != NOBODY && before.epoch() != next.epoch())) {
            effects.leaderChanged(
                    next.epoch(), next.leaderId() == NOBODY ? OptionalInt.empty() : OptionalInt.of(next.leaderId()));
        }
    }

    /** Enters an epoch that somebody else has begun, or learns its leader. */
    void follow(int epoch, int leaderId, long nowMs) {
        int voted = epoch == state.epoch() ? state.votedId() : NOBODY;
        if (!isVoter()) {
            become(new Observer(epoch, voted, leaderId, nowMs + settings.fetchTimeoutMs()));
        } else if (leaderId == NOBODY) {
            become(new Unattached(epoch, electionDeadline(nowMs)));
        } else {
            become(new Follower(epoch, voted, leaderId, nowMs + settings.fetchTimeoutMs()));
        }
    }

    /**
     * Who starts asks soon, one after the other in the preferred order: where a leader lives the voters refuse and name it, and
     * where all of them start at once (a new cluster, or one that was stopped) nobody waits for a timeout.
     */
    private long firstDeadline(long nowMs) {
        return voters().majority() == 1 ? nowMs : nowMs + (rank() + 1L) * settings.rankDelayMs();
    }

    /** Alone, there is nobody to wait for: the same election then takes no time. */
    long electionDeadline(long nowMs) {
        if (voters().majority() == 1) {
            return nowMs;
        }
        int timeout = settings.electionTimeoutMs();
        return nowMs + timeout + jitter.applyAsInt(timeout) + (long) rank() * settings.rankDelayMs();
    }

    void advanceHighWatermark(long candidate) {
        if (candidate > highWatermark) {
            highWatermark = candidate;
            effects.committed(candidate);
        }
    }

    void halt(String why) {
        halted = true;
        effects.halt(why);
    }
}
