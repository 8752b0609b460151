package io.millrace.verticles.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Micrometer's registry, for what others measure with it: Vert.x its bus, HTTP and pools, Micrometer itself the JVM.
 *
 * <p>The JVM's meters are bound by the first scrape: at the start they would only cost time.
 *
 * <p>Thread: any; {@link #scrape} blocks for milliseconds.
 */
public final class MicrometerSeries {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private JvmGcMetrics collections;

    public MicrometerMetricsOptions options() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setLabels(EnumSet.of(Label.POOL_TYPE, Label.POOL_NAME))
                .setDisabledMetricsCategories(
                        Set.of(MetricsDomain.DATAGRAM_SOCKET.toCategory(), MetricsDomain.HTTP_CLIENT.toCategory()));
    }

    public VertxMetricsFactory factory() {
        return new MicrometerMetricsFactory(registry);
    }

    synchronized String scrape() {
        if (collections == null) {
            collections = new JvmGcMetrics();
            collections.bindTo(registry);
            new JvmMemoryMetrics().bindTo(registry);
            new JvmThreadMetrics().bindTo(registry);
            new ProcessorMetrics().bindTo(registry);
        }
        return registry.scrape();
    }
}
