package io.millrace.verticles.group;

/**
 * The coordinator's settings under Kafka's own names, units last.
 *
 * <p>Thread: any.
 *
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}
 * @param maxGroupSize {@code group.max.size}: members of one group, those included that have only been given an id
 * @param offsetsRetentionMs {@code offsets.retention.minutes}
 * @param offsetsRetentionCheckIntervalMs {@code offsets.retention.check.interval.ms}
 * @param offsetMetadataMaxBytes {@code offset.metadata.max.bytes}
 * @param maxBatchBytes the largest batch that {@code __consumer_offsets} takes: {@code max.message.bytes} of that topic
 */
public record GroupSettings(
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int initialRebalanceDelayMs,
        int maxGroupSize,
        long offsetsRetentionMs,
        long offsetsRetentionCheckIntervalMs,
        int offsetMetadataMaxBytes,
        int maxBatchBytes) {
    private static final int DAY_MS = 24 * 60 * 60 * 1000;
    private static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

    /** Kafka's defaults. */
    public static final GroupSettings DEFAULTS = new GroupSettings(
            6_000, 1_800_000, 3_000, Integer.MAX_VALUE, 7L * DAY_MS, 600_000, 4_096, DEFAULT_MAX_MESSAGE_BYTES);

    public GroupSettings {
        atLeast("group.min.session.timeout.ms", minSessionTimeoutMs, 1);
        atLeast("group.max.session.timeout.ms", maxSessionTimeoutMs, minSessionTimeoutMs);
        atLeast("group.initial.rebalance.delay.ms", initialRebalanceDelayMs, 0);
        atLeast("group.max.size", maxGroupSize, 1);
        atLeast("offsets.retention.minutes", offsetsRetentionMs, 1);
        atLeast("offsets.retention.check.interval.ms", offsetsRetentionCheckIntervalMs, 1);
        atLeast("offset.metadata.max.bytes", offsetMetadataMaxBytes, 0);
        atLeast("max.message.bytes", maxBatchBytes, 1);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
    }
}
