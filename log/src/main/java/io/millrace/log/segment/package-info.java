/**
 * One partition's log: segments, their sparse indexes, the epoch history, the tail in memory, and the
 * {@link io.millrace.log.PartitionLog} that ties them together. Decides on the owner's thread, from memory; files are
 * touched only in tasks for the writer and the pools of {@code io}. Must never be imported here: {@code store},
 * {@code recovery}. Open {@link io.millrace.log.segment.SegmentedLog} first, then {@code LogAppender}.
 */
package io.millrace.log.segment;
