package io.millrace.verticles.shard;

import io.millrace.protocol.Errors;

/**
 * What came of deleting the records below an offset.
 *
 * <p>Thread: any (immutable).
 *
 * @param lowWatermark the lowest log start among the replicas of living brokers; {@link #UNKNOWN} when nothing was done
 */
public record DeletedRecords(Errors error, long lowWatermark) {
    public static final long UNKNOWN = -1;

    /** Nothing was done, or nobody here can tell any more. */
    public static DeletedRecords refused(Errors error) {
        return new DeletedRecords(error, UNKNOWN);
    }
}
