package io.millrace.log.compact;

/**
 * What is known of one segment when it is decided what to compact. Thread: any (immutable).
 *
 * @param maxTimestamp -1 for none
 * @param firstTimestamp of its first batch, -1 for none
 */
public record SegmentFacts(long baseOffset, long endOffset, int sizeBytes, long maxTimestamp, long firstTimestamp) {}
