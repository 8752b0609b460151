package io.millrace.log;

/**
 * One aborted transaction as a reader of committed data needs it: whose records between the first offset and the marker
 * to skip.
 *
 * <p>Thread: any (immutable).
 *
 * @param lastOffset the offset of the abort marker
 * @param lastStableOffset the last stable offset just after the marker was written
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
