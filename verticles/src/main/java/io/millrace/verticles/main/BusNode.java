package io.millrace.verticles.main;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.millrace.membership.hazelcast.MemberAttributes;
import io.millrace.membership.hazelcast.MemberSettings;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.cluster.BusTransport;
import io.millrace.verticles.cluster.DirectClusterManager;
import io.millrace.verticles.cluster.HazelcastAttach;
import io.millrace.verticles.cluster.ReservedAddresses;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.MicrometerSeries;
import io.millrace.verticles.node.ClusterHints;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Vert.x, clustered at once, and the Hazelcast member that joins it when it is up.
 *
 * <p>Hazelcast's start costs more processor time than all the rest; on a small machine it would take it from the rest. So it
 * waits until {@link #attachHazelcast} is called, when the node already serves its clients, and then for a second more: the first
 * thing that clients do with a new node is creating topics.
 *
 * <p>Thread: any.
 */
final class BusNode {
    /** A cluster of one looks for a free port from its own on: nobody needs to find it. */
    private static final int PORTS_WHEN_ALONE = 100;

    /** What clients ask for in the first moment of a node, topics mostly, is done by then. */
    private static final long PAUSE_BEFORE_HAZELCAST_MS = 1_000;

    private final NodeConfig config;
    private final UUID incarnation;
    private final MicrometerSeries meters;
    private final BusDirectory directory = new BusDirectory();
    private final CompletableFuture<Void> mayAttach = new CompletableFuture<>();
    private volatile ClusterHints hints = ClusterHints.NOBODY;
    private volatile HazelcastMember hazelcast;
    private volatile Vertx vertx;
    private volatile boolean stopping;
    private volatile DirectClusterManager manager;

    BusNode(NodeConfig config, UUID incarnation, MicrometerSeries meters) {
        this.meters = meters;
        this.config = config;
        this.incarnation = incarnation;
    }

    Future<Vertx> start() {
        HostPort told = config.cluster().busAdvertised();
        BusNodeId self = new BusNodeId(config.nodeId(), incarnation, told.host(), told.port());
        for (NodeConfig.Voter voter : config.cluster().voters()) {
            if (voter.nodeId() != config.nodeId()) {
                directory.putIfAbsent(BusNodeId.seed(
                        voter.nodeId(), voter.address().host(), voter.address().port()));
            }
        }
        manager = new DirectClusterManager(
                self,
                directory,
                () -> mayAttach.thenCompose(go -> HazelcastAttach.toFirst(
                        () -> startHazelcast(self), vertx, HazelcastAttach.RETRY_MS, () -> !stopping)),
                DirectClusterManager.DEFAULT_ATTACH_TIMEOUT_MS);
        return Vertx.builder()
                .with(options())
                .withTransport(BusTransport.create().forBuilder())
                .withMetrics(meters.factory())
                .withClusterManager(manager)
                .buildClustered()
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException
                                ? new ConfigException("cluster.bus.bind: \""
                                        + config.cluster().bus() + "\" cannot be bound: " + failure.getMessage())
                                : failure))
                .onSuccess(started -> {
                    vertx = started;
                    started.eventBus().addInboundInterceptor(new ReservedAddresses(self.toString()));
                });
    }

    /** Where the brokers listen, as far as this node knows. */
    BusDirectory directory() {
        return directory;
    }

    private VertxOptions options() {
        HostPort bind = config.cluster().bus();
        HostPort told = config.cluster().busAdvertised();
        NodeConfig.Timers timers = config.cluster().timers();
        // The bus queues without bound for a peer that hangs: the sooner it gives up, the less. No size of the receive
        // buffer: the kernel lets it grow with what comes, unless it is told one.
        EventBusOptions bus = new EventBusOptions()
                .setHost(bind.host())
                .setPort(bind.port())
                .setClusterPingInterval(timers.busPingMs())
                .setClusterPingReplyInterval(timers.busPongMs())
                .setConnectTimeout(timers.busConnectMs());
        if (told.port() != 0) {
            bus.setClusterPublicHost(told.host()).setClusterPublicPort(told.port());
        }
        return new VertxOptions()
                .setMetricsOptions(meters.options())
                .setEventLoopPoolSize(config.runtime().eventLoops())
                .setEventBusOptions(bus)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    /** Lets Hazelcast start after a pause; what needs it waits. What it sees of other members is told. */
    void attachHazelcast(ClusterHints told) {
        hints = told;
        vertx.setTimer(PAUSE_BEFORE_HAZELCAST_MS, over -> mayAttach.complete(null));
    }

    /** Tells of nodes that have left the bus; see {@link DirectClusterManager#onNodeLeft}. After {@link #start}. */
    void onNodeLeft(Consumer<String> departure) {
        manager.onNodeLeft(departure);
    }

    /** Lets Hazelcast start now; completes when the member is up and Vert.x is part of its cluster. */
    CompletionStage<Void> attachedSoon() {
        mayAttach.complete(null);
        return manager.attached().toCompletionStage();
    }

    private synchronized HazelcastMember startHazelcast(BusNodeId self) {
        NodeConfig.Cluster cluster = config.cluster();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(MemberAttributes.VERTX_NODE_ID, self.toString());
        attributes.put(MemberAttributes.BROKER_ID, Integer.toString(config.nodeId()));
        attributes.put(MemberAttributes.INCARNATION, incarnation.toString());
        HostPort listens = directory
                .find(config.nodeId())
                .map(node -> new HostPort(node.host(), node.port()))
                .orElse(cluster.busAdvertised());
        attributes.put(MemberAttributes.BUS_ADDRESS, listens.toString());
        config.rack().ifPresent(rack -> attributes.put(MemberAttributes.RACK, rack));
        hazelcast = HazelcastMember.start(
                new MemberSettings(
                        cluster.name(),
                        cluster.hazelcast().host(),
                        cluster.hazelcast().port(),
                        cluster.alone() ? PORTS_WHEN_ALONE : 1,
                        cluster.seeds().stream().map(HostPort::toString).toList(),
                        attributes),
                new MemberHints(directory, hints));
        return hazelcast;
    }

    /** Leaves the cluster, Vert.x first, then Hazelcast; completes in any case. */
    CompletionStage<Void> stop(Duration deadline) {
        stopping = true;
        CompletionStage<Void> closed = vertx == null
                ? CompletableFuture.completedStage(null)
                : vertx.close().toCompletionStage().exceptionally(failure -> null);
        return closed.thenCompose(done -> {
            HazelcastMember member = hazelcast;
            return member == null ? CompletableFuture.completedStage(null) : member.stop(deadline);
        });
    }
}
