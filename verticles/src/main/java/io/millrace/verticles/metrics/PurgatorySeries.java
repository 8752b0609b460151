package io.millrace.verticles.metrics;

import java.util.function.Function;

/**
 * Requests that wait for something, under the name of what Kafka keeps them in.
 *
 * <p>Thread: one scrape at a time.
 */
final class PurgatorySeries {
    private static final String NAME = "kafka_server_delayedoperationpurgatory_purgatorysize";

    private PurgatorySeries() {}

    static void write(MetricsText text, BrokerMetrics metrics) {
        text.gauge(NAME, "Requests that wait: fetches for records, produces for their acknowledgement.");
        text.sample(NAME, sum(metrics, loop -> loop.producesWaiting), "delayedoperation", "Produce");
        text.sample(NAME, sum(metrics, loop -> loop.fetchesWaiting), "delayedoperation", "Fetch");
    }

    /** Begun and ended on one loop, but read while they move: never told as less than none. */
    private static long sum(BrokerMetrics metrics, Function<LoopMetrics, Cell> cell) {
        long sum = 0;
        for (LoopMetrics loop : metrics.loops) {
            sum += cell.apply(loop).get();
        }
        return Math.max(0, sum);
    }
}
