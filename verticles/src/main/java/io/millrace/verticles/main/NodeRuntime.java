package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.http.HttpVerticle;
import io.millrace.verticles.http.Readiness;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.metrics.MetricsCollector;
import io.millrace.verticles.metrics.MicrometerSeries;
import io.millrace.verticles.metrics.UncleanElections;
import io.millrace.verticles.node.Broker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything a node is made of, in the order in which it starts; it stops in the reverse one.
 *
 * <p>Vert.x comes first, clustered at once. Then the broker: data folders, shards, metadata, listeners. Beside it the operators'
 * door, which tells from then on why the node is not ready yet. Hazelcast only when clients are served: see {@link BusNode}.
 *
 * <p>Thread: any; parts complete on their own threads.
 */
final class NodeRuntime implements Readiness {
    private static final String STARTING = "starting";

    private final NodeConfig config;
    private final UUID incarnation = UUID.randomUUID();
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final MicrometerSeries meters;
    private final Consumer<String> halted;
    private final BusNode bus;
    private volatile Optional<String> notReady = Optional.of(STARTING);
    private volatile CompletableFuture<Void> started = CompletableFuture.completedFuture(null);
    private volatile Broker broker;
    private final UncleanElections unclean = new UncleanElections(this::isController);
    private volatile HttpVerticle http;

    /** @param halted told in one sentence when the node must not go on; the process should end */
    NodeRuntime(NodeConfig config, MicrometerSeries meters, Consumer<String> halted) {
        this.config = config;
        this.meters = meters;
        this.halted = halted;
        this.bus = new BusNode(config, incarnation, meters);
    }

    /** Completes when clients are served; fails with a {@link ConfigException} when a person must mend something. */
    CompletionStage<Void> start() {
        started = serve().toCompletionStage().toCompletableFuture();
        return started;
    }

    private Future<Void> serve() {
        return bus.start()
                .compose(vertx -> {
                    broker = new Broker(vertx, config, incarnation, bus.directory(), metrics, this::halt);
                    broker.follow(unclean);
                    bus.onNodeLeft(broker::busNodeLeft);
                    // Both have ended before a failed start is told: closing Vert.x under a half-open port makes noise.
                    return Future.join(broker.start(), startHttp(vertx));
                })
                .<Void>mapEmpty()
                .onSuccess(served -> {
                    notReady = Optional.empty();
                    bus.attachHazelcast(broker);
                });
    }

    private Future<Void> startHttp(Vertx vertx) {
        if (config.http().isEmpty()) {
            return Future.succeededFuture();
        }
        NodeConfig.Http wanted = config.http().get();
        MetricsCollector collector = new MetricsCollector(
                metrics,
                new RuntimeSnapshots(broker, this, unclean, wanted.partitionSeriesMax()),
                task -> ((VertxInternal) vertx).workerPool().executor().execute(task),
                System::currentTimeMillis,
                System::nanoTime,
                wanted.partitionSeriesMax(),
                meters);
        http = new HttpVerticle(wanted.bind(), collector, this, () -> ClusterReport.of(broker));
        return vertx.deployVerticle(http)
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException
                                ? new ConfigException(
                                        "http.bind: \"" + wanted.bind() + "\" cannot be bound: " + failure.getMessage())
                                : failure))
                .mapEmpty();
    }

    private boolean isController() {
        OptionalInt controller = broker.controller().controllerId();
        return controller.isPresent() && controller.getAsInt() == config.nodeId();
    }

    private void halt(String why) {
        notReady = Optional.of(why);
        halted.accept(why);
    }

    /**
     * Stops serving, closes the logs, leaves the cluster; completes in any case, within the deadline or not at all. A start
     * that waits for other nodes is given up; else it is waited for, half of the deadline at most: parts that are only half
     * there do not stop cleanly.
     */
    CompletionStage<Void> stop(Duration deadline) {
        notReady = Optional.of("stopping");
        Broker starting = broker;
        if (starting != null && !started.isDone()) {
            starting.giveUpStart();
        }
        return started.copy()
                .orTimeout(deadline.toMillis() / 2, TimeUnit.MILLISECONDS)
                .handle((done, failure) -> {
                    notReady = Optional.of("stopping");
                    return broker;
                })
                .thenCompose(serving -> serving == null
                        ? CompletableFuture.<Void>completedStage(null)
                        : serving.stop().toCompletionStage())
                .handle((done, failure) -> failure)
                .thenCompose(failure -> bus.stop(deadline).thenAccept(left -> {
                    if (failure != null) {
                        throw new CompletionException(failure);
                    }
                }));
    }

    @Override
    public Optional<String> notReadyBecause() {
        Optional<String> why = notReady;
        if (why.isEmpty()) {
            return broker.behindBecause();
        }
        Broker serving = broker;
        return serving != null && why.get().equals(STARTING)
                ? serving.waitsFor().or(() -> why)
                : why;
    }

    @Override
    public boolean isRunning() {
        return notReady.isEmpty();
    }

    @Override
    public List<String> attention() {
        Broker serving = broker;
        return serving == null || serving.directories() == null
                ? List.of()
                : Stream.concat(serving.directories().attention().stream(), serving.underReplicated().stream())
                        .toList();
    }

    /** For who cannot wait, once clients are served. */
    CompletionStage<Void> hazelcastAttached() {
        return bus.attachedSoon();
    }

    HostPort operatorsDoor() {
        return config.http().orElseThrow().bind().withPort(http.port());
    }

    String readyLine(long sinceExecMs) {
        String listeners = config.listeners().stream()
                .map(listener -> listener.name() + " on " + bound(listener) + ", clients are told " + told(listener))
                .collect(Collectors.joining("; "));
        String operators = config.http().isPresent() ? "; http on " + operatorsDoor() : "";
        String folders = config.dataDirectories().stream().map(Object::toString).collect(Collectors.joining(", "));
        return "Millrace " + Main.version() + ": node " + config.nodeId() + " is ready after " + sinceExecMs + " ms: "
                + listeners + operators + "; data in " + folders;
    }

    /** A free port that was chosen by the system is what clients are told, unless they are told something else. */
    private HostPort bound(NodeConfig.Listener listener) {
        return listener.bind().port() == 0
                ? listener.bind().withPort(told(listener).port())
                : listener.bind();
    }

    /** Where clients reach a listener. */
    HostPort told(NodeConfig.Listener listener) {
        return broker.advertised().stream()
                .filter(one -> one.name().equals(listener.name()))
                .map(one -> new HostPort(one.host(), one.port()))
                .findFirst()
                .orElse(listener.advertised());
    }
}
