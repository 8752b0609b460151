package io.millrace.membership.quorum;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What nodes of a quorum say to each other. Every message carries its sender's epoch; loss, duplicates and any order
 * are normal.
 *
 * <p>Thread: immutable.
 */
public sealed interface QuorumMessage {
    int epoch();

    /** The leader of {@link #epoch()} as the sender knows it; {@link QuorumState#NOBODY} when it does not. */
    default int leaderId() {
        return QuorumState.NOBODY;
    }

    /**
     * "Would you vote for me?" (pre-vote, in the current epoch) or "vote for me" (in a new one).
     *
     * @param asked the directory whose vote counts by the candidate's log, whether or not that node has heard of it; empty
     *     while the voters are those of the beginning, which everybody knows
     */
    record VoteRequest(int epoch, UUID directoryId, LogPosition log, boolean preVote, Optional<UUID> asked)
            implements QuorumMessage {
        public VoteRequest(int epoch, UUID directoryId, LogPosition log, boolean preVote) {
            this(epoch, directoryId, log, preVote, Optional.empty());
        }
    }

    record VoteResponse(int epoch, int leaderId, boolean granted, boolean preVote) implements QuorumMessage {}

    /** The leader calls on a voter that does not fetch from it. */
    record BeginEpoch(int epoch, int leaderId) implements QuorumMessage {}

    /** The leader resigns; the first of the successors should stand at once. */
    record EndEpoch(int epoch, List<Integer> successors) implements QuorumMessage {
        public EndEpoch {
            successors = List.copyOf(successors);
        }
    }

    /**
     * "I have this on disk (rule Q2); what comes next?"
     *
     * @param knownHighWatermark the leader answers at once when it has a higher one
     */
    record FetchRequest(int epoch, UUID directoryId, LogPosition log, long knownHighWatermark)
            implements QuorumMessage {}

    /** @param asked the position of the request, so that a late or doubled answer is recognised */
    record FetchResponse(int epoch, int leaderId, LogPosition asked, long highWatermark, FetchOutcome outcome)
            implements QuorumMessage {}

    sealed interface FetchOutcome {
        /** Whole batches that go on at the asked position; empty when there is nothing new. */
        record Batches(List<QuorumBatch> batches) implements FetchOutcome {
            public Batches {
                batches = List.copyOf(batches);
            }
        }

        /** The logs differ: the leader's newest epoch that is not after the asked one ends here. */
        record Diverged(LogPosition leaderEnd) implements FetchOutcome {}

        /** The log no longer goes back so far; this snapshot does. */
        record SnapshotNeeded(LogPosition snapshot) implements FetchOutcome {}

        /** Ask the leader named in the response, or nobody knows one. */
        record NotLeader() implements FetchOutcome {}
    }

    record SnapshotRequest(int epoch, LogPosition snapshot, long position) implements QuorumMessage {}

    /** @param totalBytes -1 when there is no such snapshot (any more) */
    record SnapshotResponse(int epoch, int leaderId, LogPosition snapshot, long position, long totalBytes, byte[] bytes)
            implements QuorumMessage {
        @Override
        public String toString() {
            return "SnapshotResponse[epoch=" + epoch + ", snapshot=" + snapshot + ", position=" + position + "/"
                    + totalBytes + "]";
        }
    }
}
