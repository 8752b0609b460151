package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who may lead: pre-votes, votes, and the first act of a new leader. Raft section 5.2 and 5.4.1, KIP-996.
 *
 * <p>Thread: the owner's.
 */
final class ElectionRules {
    private final QuorumCore core;
    /** Pre-votes of voters that had lost the leader before this node did; worth something until they ask again themselves. */
    private final Map<Integer, Refused> refused = new TreeMap<>();

    private record Refused(VoteRequest request, long untilMs) {}

    ElectionRules(QuorumCore core) {
        this.core = core;
    }

    /** Asks for pre-votes; with enough of them (its own may be enough) goes on to the election. */
    void prospect(long nowMs) {
        Prospective asking = Prospective.of(core.state(), core.self(), core.electionDeadline(nowMs));
        core.become(asking);
        ask(asking.epoch(), true);
        askOthers(asking.epoch());
        if (asking.ballots().won(core.voters())) {
            stand(asking, nowMs);
        }
    }

    private void stand(Prospective asked, long nowMs) {
        Candidate candidate = asked.toCandidate(core.self(), core.electionDeadline(nowMs));
        core.become(candidate);
        ask(candidate.epoch(), false);
        if (candidate.ballots().won(core.voters())) {
            lead(candidate, nowMs);
        }
    }

    private void ask(int epoch, boolean preVote) {
        boolean changed = core.voterHistory().everChanged();
        core.voters().voters().forEach((voter, directory) -> {
            if (voter != core.self()) {
                Optional<UUID> asked = changed ? Optional.of(directory) : Optional.empty();
                core.effects.send(
                        voter,
                        new VoteRequest(epoch, core.settings.directoryId(), core.log.position(), preVote, asked));
            }
        });
    }

    /**
     * Their votes are not counted. But whoever answers names the leader, and of the voters by this log perhaps nobody is left:
     * it would ask for votes forever, where it votes no more.
     */
    private void askOthers(int epoch) {
        for (int other : core.othersWhoMayKnow()) {
            core.effects.send(
                    other,
                    new VoteRequest(epoch, core.settings.directoryId(), core.log.position(), true, Optional.empty()));
        }
    }

    /** Rule Q3: the epoch's first record is its own, and nothing commits before it does. */
    private void lead(Candidate candidate, long nowMs) {
        Leader leader = candidate.toLeader(core.voters(), core.log.end(), nowMs);
        core.become(leader);
        QuorumBatch start = new QuorumBatch(
                leader.epochStartOffset(),
                leader.epoch(),
                true,
                List.of(EpochStart.encode(leader.epoch(), leader.leaderId())));
        core.append(start);
        for (int voter : core.voters().ids()) {
            if (voter != core.self()) {
                core.effects.send(voter, new BeginEpoch(leader.epoch(), leader.leaderId()));
            }
        }
    }

    void onVoteRequest(int from, VoteRequest request, long nowMs) {
        QuorumState state = core.state();
        boolean mayVote = isAsked(from, request)
                && request.epoch() == state.epoch()
                && request.log().compareTo(core.log.position()) >= 0;
        boolean granted = mayVote && (request.preVote() ? wouldVote(state) : vote(state, from, nowMs));
        core.effects.send(
                from, new VoteResponse(core.state().epoch(), core.state().leaderId(), granted, request.preVote()));
        if (request.preVote() && mayVote) {
            remember(from, request, granted, nowMs);
        }
    }

    /** What is refused for the leader's sake may be granted a moment later; what is granted may come to nothing by two at once. */
    private void remember(int from, VoteRequest request, boolean granted, long nowMs) {
        if (!granted && core.voters().contains(from)) {
            refused.put(from, new Refused(request, nowMs + core.settings.electionTimeoutMs()));
        } else if (granted && from < core.self() && core.state() instanceof Prospective asking) {
            // Each would grant the other's pre-vote, stand, and vote for itself.
            core.become(asking.yielding(Math.max(asking.deadlineMs(), nowMs + core.settings.rankDelayMs())));
        }
    }

    /**
     * Whether somebody else had lost the leader before: those are answered anew, now that this node has lost it too, so that
     * they need not wait for their next attempt.
     */
    boolean answerRefused(long nowMs) {
        List<Map.Entry<Integer, Refused>> asked = List.copyOf(refused.entrySet());
        refused.clear();
        boolean any = false;
        for (Map.Entry<Integer, Refused> one : asked) {
            VoteRequest request = one.getValue().request();
            if (one.getValue().untilMs() > nowMs
                    && request.epoch() == core.state().epoch()) {
                onVoteRequest(one.getKey(), request, nowMs);
                any = true;
            }
        }
        return any;
    }

    /**
     * A candidate whose log has other voters than those of the beginning names the directory whose vote it counts. That it
     * is itself unknown here, or that this node does not know to be a voter, only means that the candidate's log is ahead.
     * Without a name it has the voters of the beginning, as everybody, and must be one of them; where a change is committed
     * it can only be a build that does not know of changes, and would count a majority that is none.
     */
    private boolean isAsked(int from, VoteRequest request) {
        return request.asked()
                .map(core.settings.directoryId()::equals)
                .orElseGet(() -> core.isVoter()
                        && core.voterHistory().statedAt(core.highWatermark()).isEmpty()
                        && (core.voters().contains(from, request.directoryId())
                                || core.voterHistory().initial().contains(from, request.directoryId())));
    }

    /** Rule Q4: whoever hears from a leader does not help to replace it. */
    private static boolean wouldVote(QuorumState state) {
        return state instanceof Observer observer
                ? observer.leaderId() == ElectionState.NOBODY
                : !(state instanceof Leader) && !(state instanceof Follower);
    }

    /** Rule Q1: one vote per epoch; {@code become} has it persisted before the answer may leave. */
    private boolean vote(QuorumState state, int candidate, long nowMs) {
        if (state instanceof Voted voted) {
            return voted.votedId() == candidate;
        }
        if (state instanceof Unattached free) {
            core.become(free.toVoted(candidate, core.electionDeadline(nowMs)));
            return true;
        }
        if (state instanceof Prospective asking && asking.votedId() == ElectionState.NOBODY) {
            core.become(asking.toVoted(candidate, core.electionDeadline(nowMs)));
            return true;
        }
        if (state instanceof Observer observer) {
            boolean free = observer.leaderId() == ElectionState.NOBODY && observer.votedId() == ElectionState.NOBODY;
            if (free) {
                core.become(new Observer(
                        observer.epoch(), candidate, ElectionState.NOBODY, nowMs + core.settings.fetchTimeoutMs()));
            }
            return free || (observer.leaderId() == ElectionState.NOBODY && observer.votedId() == candidate);
        }
        return state instanceof Prospective again && again.votedId() == candidate;
    }

    void onVoteResponse(int from, VoteResponse response, long nowMs) {
        QuorumState state = core.state();
        VoterSet voters = core.voters();
        if (response.epoch() != state.epoch() || !voters.contains(from)) {
            return;
        }
        if (response.preVote() && state instanceof Prospective asking) {
            Prospective counted = asking.with(asking.ballots().with(from, response.granted()));
            core.become(counted);
            if (counted.ballots().won(voters)) {
                stand(counted, nowMs);
            }
        } else if (!response.preVote() && state instanceof Candidate candidate) {
            Candidate counted = candidate.with(candidate.ballots().with(from, response.granted()));
            core.become(counted);
            if (counted.ballots().won(voters)) {
                lead(counted, nowMs);
            }
        }
    }
}
