package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;

/**
 * A partition of which something is gone that was synced, and what.
 *
 * <p>Thread: any; immutable.
 */
public record LostPartition(TopicPartitionId id, String what) {}
