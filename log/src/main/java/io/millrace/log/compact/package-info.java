/**
 * What compaction decides: which part of a log is due ({@link io.millrace.log.compact.DirtyRange}), which offset of a key
 * is its last ({@link io.millrace.log.compact.OffsetMap}), which batches and records stay
 * ({@link io.millrace.log.compact.BatchRetention}) and which segments become one
 * ({@link io.millrace.log.compact.SegmentGroups}).
 *
 * <p>The rules are Kafka's (KIP-280 aside), with KIP-534's delete horizon. Nothing here opens a file, knows a clock or a
 * thread; {@code io.millrace.log.segment} reads, writes and swaps. Open {@link io.millrace.log.compact.BatchRetention}
 * first.
 */
package io.millrace.log.compact;
