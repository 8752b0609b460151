package io.millrace.log;

import java.util.HashMap;
import java.util.Map;

/**
 * Turns Kafka's named strings into a {@link LogConfig} and back; every refusal names the key and the value.
 *
 * <p>Thread: one (short-lived).
 */
final class ConfigReader {
    private static final long FOREVER = Long.MAX_VALUE;

    private final Map<String, String> named;

    ConfigReader(Map<String, String> named) {
        this.named = named;
    }

    LogConfig read() {
        String policy = text("cleanup.policy", "delete");
        return new LogConfig(
                intAtLeast("segment.bytes", 1 << 30, 14),
                longAtLeast("segment.ms", 604_800_000L, 1),
                longAtLeast("segment.jitter.ms", 0, 0),
                intAtLeast("index.interval.bytes", 4096, 0),
                intAtLeast("segment.index.bytes", 10_485_760, 4),
                longAtLeast("retention.ms", 604_800_000L, -1),
                longAtLeast("retention.bytes", -1, -1),
                intAtLeast("max.message.bytes", 1_048_588, 0),
                oneOf("message.timestamp.type", TimestampType.values(), TimestampType.CREATE_TIME),
                longAtLeast("message.timestamp.before.max.ms", FOREVER, 0),
                longAtLeast("message.timestamp.after.max.ms", 3_600_000L, 0),
                oneOf("flush.mode", FlushMode.values(), FlushMode.PAGE_CACHE),
                longAtLeast("flush.messages", FOREVER, 1),
                longAtLeast("flush.ms", FOREVER, 0),
                policyHas(policy, "delete"),
                policyHas(policy, "compact"),
                oneOf("compression.type", CompressionType.values(), CompressionType.PRODUCER),
                gzipLevel(),
                intBetween("compression.lz4.level", 9, 1, 17),
                intBetween("compression.zstd.level", 3, -131_072, 22),
                longAtLeast("file.delete.delay.ms", 60_000, 0),
                longAtLeast("delete.retention.ms", 86_400_000L, 0),
                longAtLeast("min.compaction.lag.ms", 0, 0),
                longAtLeast("max.compaction.lag.ms", FOREVER, 1),
                ratio("min.cleanable.dirty.ratio", 0.5),
                intAtLeast("max.decompressed.message.bytes", 2_147_483_639, 1),
                bool("preallocate", false),
                intAtLeast("min.insync.replicas", 1, 1),
                bool("unclean.leader.election.enable", false));
    }

    static Map<String, String> write(LogConfig c) {
        Map<String, String> named = new HashMap<>();
        named.put("segment.bytes", "" + c.segmentBytes());
        named.put("segment.ms", "" + c.segmentMs());
        named.put("segment.jitter.ms", "" + c.segmentJitterMs());
        named.put("index.interval.bytes", "" + c.indexIntervalBytes());
        named.put("segment.index.bytes", "" + c.segmentIndexBytes());
        named.put("retention.ms", "" + c.retentionMs());
        named.put("retention.bytes", "" + c.retentionBytes());
        named.put("max.message.bytes", "" + c.maxMessageBytes());
        named.put("message.timestamp.type", c.timestampType().configName());
        named.put("message.timestamp.before.max.ms", "" + c.timestampBeforeMaxMs());
        named.put("message.timestamp.after.max.ms", "" + c.timestampAfterMaxMs());
        named.put("flush.mode", c.flushMode().configName());
        named.put("flush.messages", "" + c.flushMessages());
        named.put("flush.ms", "" + c.flushMs());
        named.put("cleanup.policy", policy(c));
        named.put("compression.type", c.compressionType().configName());
        named.put("compression.gzip.level", "" + c.gzipLevel());
        named.put("compression.lz4.level", "" + c.lz4Level());
        named.put("compression.zstd.level", "" + c.zstdLevel());
        named.put("file.delete.delay.ms", "" + c.fileDeleteDelayMs());
        named.put("delete.retention.ms", "" + c.deleteRetentionMs());
        named.put("min.compaction.lag.ms", "" + c.minCompactionLagMs());
        named.put("max.compaction.lag.ms", "" + c.maxCompactionLagMs());
        named.put("min.cleanable.dirty.ratio", "" + c.minCleanableDirtyRatio());
        named.put("max.decompressed.message.bytes", "" + c.maxDecompressedMessageBytes());
        named.put("preallocate", "" + c.preallocate());
        named.put("min.insync.replicas", "" + c.minInsyncReplicas());
        named.put("unclean.leader.election.enable", "" + c.uncleanLeaderElection());
        return named;
    }

    private static String policy(LogConfig c) {
        if (c.delete()) {
            return c.compact() ? "compact,delete" : "delete";
        }
        return c.compact() ? "compact" : "";
    }

    /** An empty policy is legal since Kafka 4.1: keep everything. */
    private static boolean policyHas(String policy, String wanted) {
        boolean found = false;
        for (String part : policy.split(",")) {
            String name = part.trim();
            if (!name.isEmpty() && !name.equals("delete") && !name.equals("compact")) {
                throw refused("cleanup.policy", policy, "delete, compact or both, separated by a comma");
            }
            found |= name.equals(wanted);
        }
        return found;
    }

    private int gzipLevel() {
        int level = intBetween("compression.gzip.level", -1, -1, 9);
        if (level == 0) {
            throw refused("compression.gzip.level", "0", "-1 or 1 to 9");
        }
        return level;
    }

    private String text(String key, String fallback) {
        String value = named.get(key);
        return value == null ? fallback : value.trim();
    }

    private int intAtLeast(String key, int fallback, int min) {
        return intBetween(key, fallback, min, Integer.MAX_VALUE);
    }

    private int intBetween(String key, int fallback, int min, int max) {
        return (int) longBetween(key, fallback, min, max);
    }

    private long longAtLeast(String key, long fallback, long min) {
        return longBetween(key, fallback, min, Long.MAX_VALUE);
    }

    private long longBetween(String key, long fallback, long min, long max) {
        String value = named.get(key);
        if (value == null) {
            return fallback;
        }
        long parsed;
        try {
            parsed = Long.parseLong(value.trim());
        } catch (NumberFormatException notANumber) {
            throw refused(key, value, "a whole number");
        }
        if (parsed < min || parsed > max) {
            throw refused(key, value, "between " + min + " and " + max);
        }
        return parsed;
    }

    private double ratio(String key, double fallback) {
        String value = named.get(key);
        if (value == null) {
            return fallback;
        }
        double parsed;
        try {
            parsed = Double.parseDouble(value.trim());
        } catch (NumberFormatException notANumber) {
            throw refused(key, value, "a number");
        }
        if (!(parsed >= 0 && parsed <= 1)) {
            throw refused(key, value, "between 0 and 1");
        }
        return parsed;
    }

    private boolean bool(String key, boolean fallback) {
        String value = text(key, Boolean.toString(fallback));
        return switch (LogConfig.lower(value)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(key, value, "true or false");
        };
    }

    private <E extends Enum<E>> E oneOf(String key, E[] values, E fallback) {
        String value = named.get(key);
        if (value == null) {
            return fallback;
        }
        StringBuilder allowed = new StringBuilder();
        for (E candidate : values) {
            String name = configName(candidate);
            if (name.equals(value.trim())) {
                return candidate;
            }
            allowed.append(allowed.length() == 0 ? "" : ", ").append(name);
        }
        throw refused(key, value, "one of " + allowed);
    }

    private static String configName(Enum<?> value) {
        if (value instanceof TimestampType type) {
            return type.configName();
        }
        if (value instanceof FlushMode mode) {
            return mode.configName();
        }
        return ((CompressionType) value).configName();
    }

    private static IllegalArgumentException refused(String key, String value, String allowed) {
        return new IllegalArgumentException("Invalid value " + value + " for " + key + ": must be " + allowed);
    }
}
