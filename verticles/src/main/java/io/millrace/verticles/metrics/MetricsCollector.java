package io.millrace.verticles.metrics;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Answers one scrape: takes a snapshot of the node, sums the cells and writes both down, on a thread that is no event loop.
 *
 * <p>Whoever asks while a scrape is being made gets that one, so that many scrapers cost as much as one.
 *
 * <p>Thread: any.
 */
public final class MetricsCollector {
    private final BrokerMetrics metrics;
    private final NodeSnapshots snapshots;
    private final Executor offLoop;
    private final LongSupplier clockMs;
    private final LongSupplier clockNanos;
    private final int maxPartitions;
    private final MicrometerSeries micrometer;
    private final RequestSeries requests = new RequestSeries();
    private final SocketSeries sockets = new SocketSeries();
    private final GroupSeries groups = new GroupSeries();
    private CompletableFuture<String> running;

    /**
     * @param offLoop where the text is put together; may block for milliseconds
     * @param maxPartitions beyond so many partitions (or topics) on this node, none is shown one by one
     * @param micrometer what others measure
     */
    public MetricsCollector(
            BrokerMetrics metrics,
            NodeSnapshots snapshots,
            Executor offLoop,
            LongSupplier clockMs,
            LongSupplier clockNanos,
            int maxPartitions,
            MicrometerSeries micrometer) {
        this.metrics = metrics;
        this.snapshots = snapshots;
        this.offLoop = offLoop;
        this.clockMs = clockMs;
        this.clockNanos = clockNanos;
        this.maxPartitions = maxPartitions;
        this.micrometer = micrometer;
    }

    /** The text of one scrape. */
    public CompletionStage<String> scrape() {
        CompletableFuture<String> mine;
        synchronized (this) {
            if (running != null) {
                return running;
            }
            mine = new CompletableFuture<>();
            running = mine;
        }
        snapshots.take().thenApplyAsync(this::write, offLoop).whenComplete((text, failure) -> {
            synchronized (this) {
                running = null;
            }
            if (failure != null) {
                mine.completeExceptionally(failure);
            } else {
                mine.complete(text);
            }
        });
        return mine;
    }

    private String write(NodeSnapshot node) {
        MetricsText text = new MetricsText(64 * 1024 + Math.min(node.logs().size(), maxPartitions) * 1600);
        TopicSeries.write(text, metrics, maxPartitions);
        requests.write(text, metrics, clockMs.getAsLong());
        sockets.write(text, metrics, clockNanos.getAsLong());
        ClusterSeries.write(text, node);
        PartitionSeries.write(text, node, maxPartitions);
        groups.write(text, node, maxPartitions, clockMs.getAsLong());
        PurgatorySeries.write(text, metrics);
        writeGauges(text);
        ProcessSeries.write(text);
        text.append(micrometer.scrape());
        return text.toString();
    }

    private void writeGauges(MetricsText text) {
        List<BrokerMetrics.Gauge> gauges = metrics.gauges;
        for (BrokerMetrics.Gauge gauge : gauges) {
            boolean first = true;
            for (BrokerMetrics.Gauge other : gauges) {
                if (other == gauge) {
                    break;
                }
                first &= !other.name().equals(gauge.name());
            }
            if (!first) {
                continue;
            }
            text.gauge(gauge.name(), gauge.help());
            for (BrokerMetrics.Gauge sample : gauges) {
                if (sample.name().equals(gauge.name())) {
                    text.sampleWithLabels(
                            gauge.name(), sample.labels(), sample.value().getAsDouble());
                }
            }
        }
    }
}
