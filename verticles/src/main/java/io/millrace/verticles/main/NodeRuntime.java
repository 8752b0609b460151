package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.http.HttpVerticle;
import io.millrace.verticles.http.Readiness;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.metrics.MetricsCollector;
import io.millrace.verticles.metrics.MicrometerSeries;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Everything a node is made of, in the order in which it starts; it stops in the reverse one.
 *
 * <p>Thread: any; parts complete on their own threads.
 */
final class NodeRuntime implements Readiness {
    private final NodeConfig config;
    private final UUID incarnation = UUID.randomUUID();
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final MicrometerSeries meters = new MicrometerSeries();
    private final BusNode bus;
    private volatile Optional<String> notReady = Optional.of("starting");
    private volatile HttpVerticle http;

    NodeRuntime(NodeConfig config) {
        this.config = config;
        this.bus = new BusNode(config, incarnation, meters);
    }

    CompletionStage<Void> start() {
        return bus.start()
                .compose(vertx -> startHttp(vertx))
                .onSuccess(done -> {
                    notReady = Optional.empty();
                    bus.attachHazelcast();
                })
                .toCompletionStage();
    }

    private Future<Void> startHttp(Vertx vertx) {
        if (config.http().isEmpty()) {
            return Future.succeededFuture();
        }
        HostPort bind = config.http().get().bind();
        return vertx.<Void>executeBlocking(() -> {
                    http = new HttpVerticle(bind, (MetricsCollector) null, this);
                    return null;
                })
                .compose(done -> vertx.deployVerticle(http))
                .recover(failure -> Future.failedFuture(bindFailure(failure, "http.bind", bind)))
                .mapEmpty();
    }

    private static Throwable bindFailure(Throwable failure, String key, HostPort address) {
        return failure instanceof BindException
                ? new ConfigException(key + ": \"" + address + "\" cannot be bound: " + failure.getMessage())
                : failure;
    }

    CompletionStage<Void> stop(Duration deadline) {
        notReady = Optional.of("stopping");
        return bus.stop(deadline);
    }

    @Override
    public Optional<String> notReadyBecause() {
        return notReady;
    }

    String readyLine(long sinceExecMs) {
        return "Millrace " + Main.version() + ": node " + config.nodeId() + " is ready after " + sinceExecMs + " ms";
    }
}
