package io.millrace.verticles.shard;

import io.millrace.log.CompactionNeed;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.store.LogDirectory;
import io.millrace.verticles.metrics.BrokerMetrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Compaction in numbers, under the names of Kafka's own ({@code kafka.log:type=LogCleaner} and {@code LogCleanerManager}).
 *
 * <p>Thread: any.
 */
public final class CleanerStats {
    private static final double NANOS = 1e9;

    /** Logs of one directory that cannot be compacted. */
    private record Uncleanable(int partitions, long bytes) {}

    private final Map<String, Uncleanable> uncleanable = new ConcurrentHashMap<>();
    private volatile long lastLookMs;
    private volatile double maxDirtyRatio;
    private volatile long maxOverdueMs;
    private volatile double maxMapUtilization;
    private volatile double maxSeconds;
    private volatile double recopied;

    /** A shard begins to look: what was the most before is so no more. */
    void looked(long nowMs) {
        lastLookMs = nowMs;
        maxDirtyRatio = 0;
        maxOverdueMs = 0;
    }

    void wanted(CompactionNeed need, long nowMs) {
        maxDirtyRatio = Math.max(maxDirtyRatio, need.dirtyRatio());
        maxOverdueMs = Math.max(maxOverdueMs, need.overdueMs());
    }

    void done(CompactionOutcome.Done done) {
        maxMapUtilization = done.mapUtilization();
        maxSeconds = done.nanos() / NANOS;
        recopied = done.bytesRead() == 0 ? 0 : (double) done.bytesWritten() / done.bytesRead();
    }

    void impossible(String directory, long bytes) {
        uncleanable.merge(
                directory,
                new Uncleanable(1, bytes),
                (a, b) -> new Uncleanable(a.partitions + b.partitions, a.bytes + b.bytes));
    }

    /** Shows the numbers in every scrape. */
    public void show(BrokerMetrics metrics, LogDirectories directories, LongSupplier clock) {
        metrics.gauge("kafka_log_logcleaner_deadthreadcount", "Threads of compaction that have died.", () -> 0);
        metrics.gauge(
                "kafka_log_logcleaner_cleaner_recopy_percent",
                "Bytes written of bytes read by the last pass.",
                () -> Math.round(100 * recopied));
        metrics.gauge(
                "kafka_log_logcleaner_max_buffer_utilization_percent",
                "How full the table of keys was in the last pass.",
                () -> Math.round(100 * maxMapUtilization));
        metrics.gauge("kafka_log_logcleaner_max_clean_time_secs", "How long the last pass took.", () -> maxSeconds);
        metrics.gauge(
                "kafka_log_logcleaner_max_compaction_delay_secs",
                "By how much a log exceeds max.compaction.lag.ms at most.",
                () -> maxOverdueMs / 1000.0);
        metrics.gauge(
                "kafka_log_logcleanermanager_max_dirty_percent",
                "Dirty part of the dirtiest log that is due.",
                () -> Math.round(100 * maxDirtyRatio));
        metrics.gauge(
                "kafka_log_logcleanermanager_time_since_last_run_ms",
                "Since the last look for something to compact.",
                () -> lastLookMs == 0 ? 0 : clock.getAsLong() - lastLookMs);
        for (LogDirectory folder : directories.all()) {
            String directory = folder.path().toString();
            String labels = "logDirectory=\"" + directory.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            metrics.gauge(
                    "kafka_log_logcleanermanager_uncleanable_partitions_count",
                    "Logs that cannot be compacted.",
                    labels,
                    () -> of(directory).partitions);
            metrics.gauge(
                    "kafka_log_logcleanermanager_uncleanable_bytes",
                    "Bytes of logs that cannot be compacted.",
                    labels,
                    () -> of(directory).bytes);
        }
    }

    private Uncleanable of(String directory) {
        return uncleanable.getOrDefault(directory, new Uncleanable(0, 0));
    }
}
