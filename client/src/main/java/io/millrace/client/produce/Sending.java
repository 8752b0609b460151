package io.millrace.client.produce;

import io.millrace.client.LogError;
import java.util.List;

/**
 * One Produce on its way to a node.
 *
 * <p>Thread: the producer's context.
 */
record Sending(int brokerId, long sentNanos, List<Part> parts) {
    /** It is one batch that may have been appended elsewhere. */
    boolean mustStayWhole() {
        return parts.size() == 1 && parts.get(0).batch().mustStayWhole();
    }

    /** A queue's head as it was when it was sent. */
    record Part(PartitionQueue queue, Batch batch, int attempt, int leaderEpoch) {
        /** False when it was given up meanwhile, because somebody else leads. */
        boolean isCurrent() {
            return queue.inFlight && queue.attempt == attempt;
        }

        /**
         * Whether the batch may have been appended although this was said of it, or sequences are broken. What would take the sequences of one
         * that is there would pass for a repetition of it, and be lost.
         */
        boolean leavesDoubt(LogError error) {
            return switch (error) {
                case OUT_OF_ORDER_SEQUENCE_NUMBER,
                        UNKNOWN_PRODUCER_ID,
                        INVALID_PRODUCER_EPOCH,
                        PROTOCOL,
                        UNKNOWN_SERVER_ERROR,
                        UNSUPPORTED_FRAME,
                        MALFORMED -> true;
                default -> batch.leftBefore();
            };
        }
    }
}
