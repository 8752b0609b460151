package io.millrace.log.compact;

import io.millrace.log.LogConfig;

/** The topic's settings of when to compact, by Kafka's names. Thread: any (immutable). */
public record CompactionRule(long minLagMs, long maxLagMs, double minDirtyRatio) {
    public static CompactionRule of(LogConfig config) {
        return new CompactionRule(
                config.minCompactionLagMs(), config.maxCompactionLagMs(), config.minCleanableDirtyRatio());
    }

    public boolean needsTimestamps() {
        return minLagMs > 0 || maxLagMs < Long.MAX_VALUE;
    }
}
