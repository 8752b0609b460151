package io.millrace.membership.quorum;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node is within the newest epoch it knows; only the legal transitions exist as methods.
 *
 * <pre>
 *   {@link Unattached} --{@link Unattached#toVoted}--> {@link Voted}
 *   {@link Unattached}, {@link Voted} --timeout: {@link Prospective#of}--> {@link Prospective}
 *   {@link Prospective} --majority of pre-votes: {@link Prospective#toCandidate}--> {@link Candidate} (epoch + 1)
 *   {@link Prospective} --{@link Prospective#toVoted}--> {@link Voted} (a real vote it still has to give)
 *   {@link Candidate} --majority of votes: {@link Candidate#toLeader}--> {@link Leader}
 *   {@link Candidate} --timeout: {@link Prospective#of}--> {@link Prospective}
 *   {@link Follower} --fetch timeout: {@link Prospective#of}--> {@link Prospective}
 *   {@link Leader} --no majority fetches, it hands over, or its controller lost count: {@link Leader#toResigned}--> {@link Voted}
 *   any but {@link Leader} --hears from the epoch's leader--> {@link Follower}
 *   any --hears of a higher epoch--> {@link Unattached} or {@link Follower}
 *   {@link Follower} <--the log makes it a voter, or one no more--> {@link Observer}, which follows and never stands
 * </pre>
 *
 * <p>Thread: immutable.
 */
public sealed interface QuorumState {
    int NOBODY = ElectionState.NOBODY;

    int epoch();

    /** Whom this node voted for in the epoch; {@link #NOBODY} while it has not. */
    int votedId();

    default int leaderId() {
        return NOBODY;
    }

    /** When the state times out. */
    long deadlineMs();

    default ElectionState election() {
        return new ElectionState(epoch(), votedId());
    }

    /** Waits for a leader to call, and may still give its vote. */
    record Unattached(int epoch, long deadlineMs) implements QuorumState {
        @Override
        public int votedId() {
            return NOBODY;
        }

        public Voted toVoted(int candidateId, long deadlineMs) {
            return new Voted(epoch, candidateId, deadlineMs);
        }
    }

    /** Has given its vote of this epoch and waits for the outcome. */
    record Voted(int epoch, int votedId, long deadlineMs) implements QuorumState {}

    /**
     * Asks whether an election would be won, without disturbing anybody's epoch (rule Q4).
     *
     * @param lostLeaderId the leader that stopped answering; hearsay about it does not make us follow it again
     */
    record Prospective(int epoch, int votedId, int lostLeaderId, Ballots ballots, long deadlineMs)
            implements QuorumState {
        static Prospective of(QuorumState before, int self, long deadlineMs) {
            int lost = before instanceof Prospective again ? again.lostLeaderId : before.leaderId();
            return new Prospective(before.epoch(), before.votedId(), lost, Ballots.ownVote(self), deadlineMs);
        }

        Prospective with(Ballots more) {
            return new Prospective(epoch, votedId, lostLeaderId, more, deadlineMs);
        }

        /** Lets another one stand first: without its own vote it does not. */
        Prospective yielding(long untilMs) {
            return new Prospective(epoch, votedId, lostLeaderId, Ballots.NONE, untilMs);
        }

        public Voted toVoted(int candidateId, long deadlineMs) {
            if (votedId != NOBODY) {
                throw new IllegalStateException("already voted for " + votedId + " in epoch " + epoch);
            }
            return new Voted(epoch, candidateId, deadlineMs);
        }

        Candidate toCandidate(int self, long deadlineMs) {
            return new Candidate(epoch + 1, self, Ballots.ownVote(self), deadlineMs);
        }
    }

    /** Has voted for itself in a new epoch and collects the others' votes. */
    record Candidate(int epoch, int votedId, Ballots ballots, long deadlineMs) implements QuorumState {
        Candidate with(Ballots more) {
            return new Candidate(epoch, votedId, more, deadlineMs);
        }

        Leader toLeader(VoterSet voters, long epochStartOffset, long nowMs) {
            Map<Integer, Progress> progress = new HashMap<>();
            for (int voter : voters.ids()) {
                // Nothing is known of anybody in a new epoch; the time of election counts as a sign of life.
                progress.put(voter, new Progress(0, nowMs));
            }
            return new Leader(epoch, votedId, epochStartOffset, progress, nowMs);
        }
    }

    /** Pulls from the epoch's leader. */
    record Follower(int epoch, int votedId, int leaderId, long deadlineMs) implements QuorumState {
        public Follower heardAt(long deadlineMs) {
            return new Follower(epoch, votedId, leaderId, deadlineMs);
        }
    }

    /** What the leader knows of a voter: the end of what it has on disk, and when it last asked. */
    record Progress(long endOffset, long lastFetchMs) {}

    /**
     * Appends, and decides what is committed.
     *
     * @param epochStartOffset where this epoch's first record stands; nothing commits before it has (rule Q3)
     * @param deadlineMs when it next looks after voters that do not fetch
     */
    record Leader(int epoch, int leaderId, long epochStartOffset, Map<Integer, Progress> progress, long deadlineMs)
            implements QuorumState {
        public Leader {
            progress = Collections.unmodifiableSortedMap(new TreeMap<>(progress));
        }

        @Override
        public int votedId() {
            return leaderId;
        }

        Leader with(int voter, Progress latest) {
            Map<Integer, Progress> next = new HashMap<>(progress);
            next.put(voter, latest);
            return new Leader(epoch, leaderId, epochStartOffset, next, deadlineMs);
        }

        Leader lookedAfterAt(long nextMs) {
            return new Leader(epoch, leaderId, epochStartOffset, progress, nextMs);
        }

        /** Nothing is known of a voter that was just added; who was removed counts no more. */
        Leader withVoters(VoterSet voters, long nowMs) {
            Map<Integer, Progress> next = new HashMap<>();
            for (int voter : voters.ids()) {
                next.put(voter, progress.getOrDefault(voter, new Progress(0, nowMs)));
            }
            return new Leader(epoch, leaderId, epochStartOffset, next, deadlineMs);
        }

        /** Its vote of this epoch stays given (to itself), so that it cannot vote for another in it. */
        public Voted toResigned(long deadlineMs) {
            return new Voted(epoch, leaderId, deadlineMs);
        }

        /** The highest offset that a majority has on disk. */
        long majorityEnd(int majority) {
            return progress.values().stream()
                    .map(Progress::endOffset)
                    .sorted((a, b) -> Long.compare(b, a))
                    .skip(majority - 1L)
                    .findFirst()
                    .orElse(0L);
        }

        /** The latest moment at which a majority (this node included) was in touch; never in the past for itself. */
        long majorityContactMs(int majority, long nowMs) {
            return progress.entrySet().stream()
                    .map(e -> e.getKey() == leaderId ? nowMs : e.getValue().lastFetchMs())
                    .sorted((a, b) -> Long.compare(b, a))
                    .skip(majority - 1L)
                    .findFirst()
                    .orElse(nowMs);
        }
    }

    /**
     * Follows without a vote, as far as it knows: no voter, or one whose disk is not the one that voted. When it was made a
     * voter and has not heard of it, candidates that have ask for its vote, and it gives it.
     */
    record Observer(int epoch, int votedId, int leaderId, long deadlineMs) implements QuorumState {
        public Observer heardAt(long deadlineMs) {
            return new Observer(epoch, votedId, leaderId, deadlineMs);
        }
    }
}
