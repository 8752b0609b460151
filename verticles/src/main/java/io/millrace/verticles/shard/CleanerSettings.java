package io.millrace.verticles.shard;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;

/**
 * How compaction may work on this node, by Kafka's names {@code log.cleaner.*}; all but the first may change while it runs.
 *
 * <p>Thread: any; immutable.
 *
 * @param enabled {@code log.cleaner.enable}
 * @param mapBytes of one thread's table of keys: its part of {@code log.cleaner.dedupe.buffer.size}, and of no more than an
 *     eighth of the heap for all
 */
public record CleanerSettings(
        boolean enabled,
        int threads,
        long mapBytes,
        double mapLoadFactor,
        int bufferBytes,
        double bytesPerSecond,
        long backoffMs) {
    private static final int HEAP_SHARE = 8;
    private static final int MIN_BUFFER_BYTES = 16 << 10;
    private static final int MAX_BUFFER_BYTES = 16 << 20;
    private static final long MIN_BACKOFF_MS = 10;

    static CleanerSettings of(EffectiveConfigs configs, MetadataImage image, long maxHeapBytes) {
        int threads = Math.max(1, configs.brokerInt(image, "log.cleaner.threads"));
        long wanted = configs.brokerLong(image, "log.cleaner.dedupe.buffer.size");
        int buffer = configs.brokerInt(image, "log.cleaner.io.buffer.size") / (2 * threads);
        return new CleanerSettings(
                configs.brokerBoolean(image, "log.cleaner.enable"),
                threads,
                Math.min(wanted, maxHeapBytes / HEAP_SHARE) / threads,
                Math.min(0.95, Math.max(0.1, doubleOf(configs, image, "log.cleaner.io.buffer.load.factor"))),
                Math.min(MAX_BUFFER_BYTES, Math.max(MIN_BUFFER_BYTES, buffer)),
                Math.max(1, doubleOf(configs, image, "log.cleaner.io.max.bytes.per.second")),
                Math.max(MIN_BACKOFF_MS, configs.brokerLong(image, "log.cleaner.backoff.ms")));
    }

    private static double doubleOf(EffectiveConfigs configs, MetadataImage image, String name) {
        return Double.parseDouble(configs.brokerValue(image, name).trim());
    }
}
