package io.millrace.verticles.metrics;

import io.millrace.log.io.SyncTimes;
import java.util.List;

/**
 * How often and how long files are synced, under Kafka's names; summed over the data folders at every scrape.
 *
 * <p>Thread: any.
 */
public final class FlushSeries {
    private static final String NAME = "kafka_log_logflushstats_logflushrateandtimems";
    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999};

    private FlushSeries() {}

    /** Shows the syncs of these folders. */
    public static void show(BrokerMetrics metrics, List<SyncTimes> folders) {
        for (double quantile : QUANTILES) {
            metrics.gauge(
                    NAME,
                    "Milliseconds per sync since the start, by quantile.",
                    "quantile=\"" + quantile + "\"",
                    () -> quantileMs(sum(folders), quantile));
        }
        metrics.gauge(NAME + "_count", "Syncs since the start.", () -> count(sum(folders)));
        metrics.gauge(
                NAME + "_sum",
                "Milliseconds in syncs since the start.",
                () -> folders.stream().mapToLong(SyncTimes::totalNanos).sum() / 1e6);
    }

    private static long[] sum(List<SyncTimes> folders) {
        long[] sum = new long[SyncTimes.upperBoundsMs().length + 1];
        for (SyncTimes folder : folders) {
            long[] counts = folder.counts();
            for (int bucket = 0; bucket < sum.length; bucket++) {
                sum[bucket] += counts[bucket];
            }
        }
        return sum;
    }

    private static long count(long[] counts) {
        long count = 0;
        for (long one : counts) {
            count += one;
        }
        return count;
    }

    /** The upper bound of the bucket that the quantile lies in; 0 when nothing was synced. */
    static double quantileMs(long[] counts, double quantile) {
        double[] bounds = SyncTimes.upperBoundsMs();
        double rank = count(counts) * quantile;
        long below = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            below += counts[bucket];
            if (counts[bucket] > 0 && below >= rank) {
                return bounds[Math.min(bucket, bounds.length - 1)];
            }
        }
        return 0;
    }
}
