package io.millrace.verticles.shard;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What the shards of a node share.
 *
 * <p>Thread: any; immutable.
 *
 * @param brokerId this node
 * @param incarnation this life of it: what the metadata says of an earlier one gives no role
 * @param directories where replicas are kept
 * @param configs resolves a topic's settings
 * @param metrics the node's counters
 * @param clock wall clock in milliseconds
 * @param ticker monotonic clock in milliseconds, for deadlines
 * @param tailBytes how much of the newest data one shard keeps in memory
 * @param maintenanceMs between two looks at retention and rolling by time ({@code log.retention.check.interval.ms})
 * @param replication what the shards need for replication
 */
public record ShardContext(
        int brokerId,
        UUID incarnation,
        LogDirectories directories,
        EffectiveConfigs configs,
        BrokerMetrics metrics,
        LongSupplier clock,
        LongSupplier ticker,
        long tailBytes,
        long maintenanceMs,
        ReplicationParts replication) {}
