package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;

/**
 * What a checkpoint in force says is on the disk: a segment with so many synced bytes, and offsets up to the recovery offset.
 *
 * <p>Thread: immutable.
 */
public record Promised(TopicPartitionId id, long recoveryOffset, long segmentBase, int position) {}
