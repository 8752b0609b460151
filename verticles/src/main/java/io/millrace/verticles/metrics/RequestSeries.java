package io.millrace.verticles.metrics;

import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests by API: counts, errors, and where their time went, under Kafka's names and as a histogram of our own.
 *
 * <p>Quantiles are of the last few minutes: the difference to a copy of the buckets that is at least one and at most six
 * minutes old, once there has been such a scrape.
 *
 * <p>Thread: one scrape at a time.
 */
final class RequestSeries {
    private static final double[] QUANTILES = {0.5, 0.75, 0.95, 0.98, 0.99, 0.999};
    private static final String[] PARTS = {"totaltimems", "localtimems", "remotetimems"};
    /** This broker has no request queue, no throttling and no response queue: their times are zero by construction. */
    private static final String[] NOTHING = {
        "requestqueuetimems", "throttletimems", "responsequeuetimems", "responsesendtimems"
    };

    private static final long COPY_EVERY_MS = 60_000;
    private static final int COPIES = 5;
    private static final String HISTOGRAM = "millrace_request_duration_seconds";

    private record Copy(long atMs, Map<Integer, long[][]> histograms) {}

    private final Deque<Copy> copies = new ArrayDeque<>();

    void write(MetricsText text, BrokerMetrics metrics, long nowMs) {
        Map<Integer, long[][]> now = histograms(metrics);
        Map<Integer, long[][]> before =
                copies.isEmpty() ? Map.of() : copies.peekFirst().histograms();
        writeCounts(text, metrics, now);
        for (int part = 0; part < PARTS.length; part++) {
            String name = "kafka_network_requestmetrics_" + PARTS[part];
            text.gauge(name, "Milliseconds per request in the last minutes, by quantile.");
            for (int key : now.keySet()) {
                long[] recent = difference(now.get(key)[part], before.get(key), part);
                for (double quantile : QUANTILES) {
                    text.sample(
                            name,
                            quantileMs(recent, quantile),
                            "request",
                            Api.titleOf(key),
                            "quantile",
                            Double.toString(quantile));
                }
            }
            text.counter(name + "_count", "Requests measured.");
            for (int key : now.keySet()) {
                text.sample(name + "_count", count(now.get(key)[part]), "request", Api.titleOf(key));
            }
        }
        for (String nothing : NOTHING) {
            String name = "kafka_network_requestmetrics_" + nothing;
            text.gauge(name, "Always 0: a request meets no such queue here.");
            for (int key : now.keySet()) {
                for (double quantile : QUANTILES) {
                    text.sample(name, 0, "request", Api.titleOf(key), "quantile", Double.toString(quantile));
                }
            }
        }
        writeHistogram(text, now);
        if (copies.isEmpty() || nowMs - copies.peekLast().atMs() >= COPY_EVERY_MS) {
            copies.addLast(new Copy(nowMs, now));
            if (copies.size() > COPIES) {
                copies.removeFirst();
            }
        }
    }

    private static void writeCounts(MetricsText text, BrokerMetrics metrics, Map<Integer, long[][]> now) {
        String requests = "kafka_network_requestmetrics_requests_total";
        text.counter(requests, "Requests answered, by API and version.");
        for (int key : now.keySet()) {
            for (int version = 0; version < 24; version++) {
                long sum = 0;
                for (LoopMetrics loop : metrics.loops) {
                    ApiMetrics api = loop.apis.getAcquire(key);
                    sum += api == null ? 0 : api.requestsByVersion[version].get();
                }
                if (sum > 0) {
                    text.sample(requests, sum, "request", Api.titleOf(key), "version", Integer.toString(version));
                }
            }
        }
        String errors = "kafka_network_requestmetrics_errors_total";
        text.counter(errors, "Answers by API and error code, NONE included.");
        for (int key : now.keySet()) {
            Map<Short, Long> sums = new TreeMap<>();
            for (LoopMetrics loop : metrics.loops) {
                ApiMetrics api = loop.apis.getAcquire(key);
                if (api != null) {
                    api.errors.forEach((code, cell) -> sums.merge(code, cell.get(), Long::sum));
                }
            }
            sums.forEach((code, sum) -> text.sample(
                    errors,
                    sum,
                    "request",
                    Api.titleOf(key),
                    "error",
                    Errors.forCode(code).name()));
        }
    }

    private static void writeHistogram(MetricsText text, Map<Integer, long[][]> now) {
        text.family(HISTOGRAM, "histogram", "From a request's last byte read to its answer handed to the socket.");
        for (Map.Entry<Integer, long[][]> api : now.entrySet()) {
            long[] cells = api.getValue()[0];
            String request = Api.titleOf(api.getKey());
            long below = 0;
            for (int bucket = 0; bucket < LatencyHistogram.BOUNDS_US.length; bucket++) {
                below += cells[bucket];
                if (isShown(LatencyHistogram.BOUNDS_US[bucket])) {
                    String bound = seconds(LatencyHistogram.BOUNDS_US[bucket]);
                    text.sample(HISTOGRAM + "_bucket", below, "request", request, "le", bound);
                }
            }
            text.sample(HISTOGRAM + "_bucket", count(cells), "request", request, "le", "+Inf");
            text.sample(HISTOGRAM + "_sum", cells[LatencyHistogram.SUM] / 1e9, "request", request);
            text.sample(HISTOGRAM + "_count", count(cells), "request", request);
        }
    }

    /** A 1-2-5 ladder is enough for graphs and halves the series. */
    private static boolean isShown(long boundUs) {
        long first = boundUs;
        while (first >= 10) {
            if (first % 10 != 0) {
                return false;
            }
            first /= 10;
        }
        return first == 1 || first == 2 || first == 5;
    }

    private static String seconds(long micros) {
        String text = String.format(Locale.ROOT, "%.6f", micros / 1e6);
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.charAt(end - 1) == '.' ? text.substring(0, end + 1) : text.substring(0, end);
    }

    private static Map<Integer, long[][]> histograms(BrokerMetrics metrics) {
        Map<Integer, long[][]> sums = new TreeMap<>();
        for (LoopMetrics loop : metrics.loops) {
            for (int key = 0; key <= LoopMetrics.MAX_API_KEY; key++) {
                ApiMetrics api = loop.apis.getAcquire(key);
                if (api != null) {
                    long[][] sum = sums.computeIfAbsent(key, ignored -> new long[PARTS.length][LatencyHistogram.CELLS]);
                    api.total.addTo(sum[0]);
                    api.local.addTo(sum[1]);
                    api.remote.addTo(sum[2]);
                }
            }
        }
        return sums;
    }

    private static long[] difference(long[] now, long[][] before, int part) {
        long[] recent = now.clone();
        if (before != null) {
            for (int i = 0; i <= LatencyHistogram.SUM; i++) {
                recent[i] -= before[part][i];
            }
        }
        return recent;
    }

    private static long count(long[] cells) {
        long count = 0;
        for (int bucket = 0; bucket <= LatencyHistogram.BOUNDS_US.length; bucket++) {
            count += cells[bucket];
        }
        return count;
    }

    /** Interpolates inside the bucket; 0 when nothing was measured. */
    static double quantileMs(long[] cells, double quantile) {
        double rank = count(cells) * quantile;
        long below = 0;
        for (int bucket = 0; bucket <= LatencyHistogram.BOUNDS_US.length; bucket++) {
            if (cells[bucket] > 0 && below + cells[bucket] >= rank) {
                if (bucket == LatencyHistogram.BOUNDS_US.length) {
                    return cells[LatencyHistogram.MAX] / 1e6;
                }
                double low = bucket == 0 ? 0 : LatencyHistogram.BOUNDS_US[bucket - 1];
                double part = (rank - below) / cells[bucket];
                double upper = low + part * (LatencyHistogram.BOUNDS_US[bucket] - low);
                return Math.min(upper / 1e3, cells[LatencyHistogram.MAX] / 1e6);
            }
            below += cells[bucket];
        }
        return 0;
    }
}
