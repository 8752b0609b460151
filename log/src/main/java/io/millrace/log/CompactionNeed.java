package io.millrace.log;

/**
 * How urgently a log wants to be compacted. Thread: any (immutable).
 *
 * @param dirtyRatio dirty bytes of all bytes that could be compacted
 * @param overdueMs by how much {@code max.compaction.lag.ms} is exceeded; 0 when it is not
 */
public record CompactionNeed(double dirtyRatio, long dirtyBytes, long overdueMs) {}
