package io.millrace.log;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A topic's effective settings as the log needs them: primitives, so that reading one costs a field access.
 *
 * <p>Thread: any (immutable).
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int indexIntervalBytes,
        int segmentIndexBytes,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        FlushMode flushMode,
        long flushMessages,
        long flushMs,
        boolean delete,
        boolean compact,
        CompressionType compressionType,
        int gzipLevel,
        int lz4Level,
        int zstdLevel,
        long fileDeleteDelayMs,
        long deleteRetentionMs,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        double minCleanableDirtyRatio,
        int maxDecompressedMessageBytes,
        boolean preallocate,
        int minInsyncReplicas,
        boolean uncleanLeaderElection) {

    /** Kafka 4.4's defaults. */
    public static final LogConfig DEFAULTS = from(Map.of());

    /**
     * Reads Kafka's names (and {@code flush.mode}); what is absent has its default, what the log has no use for is ignored.
     *
     * @throws IllegalArgumentException naming the key and the value
     */
    public static LogConfig from(Map<String, String> kafkaNamed) {
        return new ConfigReader(kafkaNamed).read();
    }

    /** Whether an append is acknowledged only when synced: {@code flush.messages=1} asks for the same in Kafka's words. */
    public boolean syncsBeforeAck() {
        return flushMode == FlushMode.GROUP || flushMessages == 1;
    }

    /** This configuration with some settings changed, by Kafka's names. */
    public LogConfig with(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(ConfigReader.write(this));
        all.putAll(changes);
        return from(all);
    }

    public LogConfig with(String key, String value) {
        return with(Map.of(key, value));
    }

    static String lower(String value) {
        return value.toLowerCase(Locale.ROOT);
    }
}
