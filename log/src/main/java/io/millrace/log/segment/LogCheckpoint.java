package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;

/**
 * What a restart needs to know of one log: everything below {@code recoveryOffset} is synced, and this is how things stood
 * there. Thread: any (immutable; arrays are not changed).
 *
 * @param recoveryOffset the first offset that a restart must scan
 * @param segmentBase the segment in which that lies
 * @param position where in that segment; 0 when it may not exist yet
 * @param maxTimestamp largest timestamp in that segment before {@code position}, -1 for none
 * @param maxTimestampBatch base offset of the batch that has it
 * @param firstTimestamp largest timestamp of the segment's first batch, -1 for none
 * @param createdMs when the segment was begun
 * @param epochs the epoch history, with {@code epochStarts}
 * @param producers a producer snapshot; empty for none
 * @param aborted the aborted transactions' index; empty for none
 * @param highWatermark what consumers may have read, at most {@code recoveryOffset}; -1 when nothing is known
 */
public record LogCheckpoint(
        TopicPartitionId id,
        long logStart,
        long recoveryOffset,
        long segmentBase,
        int position,
        long maxTimestamp,
        long maxTimestampBatch,
        long firstTimestamp,
        long createdMs,
        int[] epochs,
        long[] epochStarts,
        byte[] producers,
        byte[] aborted,
        long highWatermark) {}
