package io.millrace.verticles.node;

import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.ApiRegistry;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.controller.ConfigWarnings;
import io.millrace.verticles.controller.LeadershipLease;
import io.millrace.verticles.controller.MetadataPublisher;
import io.millrace.verticles.coordinator.GroupCoordinators;
import io.millrace.verticles.coordinator.OffsetsTopic;
import io.millrace.verticles.door.DoorLimits;
import io.millrace.verticles.door.DoorVerticle;
import io.millrace.verticles.handler.KafkaApis;
import io.millrace.verticles.listener.KafkaListener;
import io.millrace.verticles.listener.ListenerLimits;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.listener.RequestMemory;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.metrics.FlushSeries;
import io.millrace.verticles.shard.LogCleaner;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.ShardContext;
import io.millrace.verticles.shard.ShardDeployment;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Everything of a node that serves Kafka's clients, started in the order in which the parts need each other and stopped in
 * the reverse one.
 *
 * <p>Data directories, shards, the metadata quorum, the replicas that the metadata wants here, the registration, and only
 * then the listeners are opened; until then clients wait in the backlog.
 *
 * <p>Thread: any; steps run one after the other.
 */
public final class Broker implements Node, ClusterHints {
    /** Handing over may take this part of the time there is to stop. */
    private static final int HANDOVER_SHARE = 4;

    private final Vertx vertx;
    private final NodeConfig config;
    private final UUID incarnation;
    private final BusDirectory peers;
    private final BrokerMetrics metrics;
    private final Consumer<String> halted;
    private final EffectiveConfigs configs;
    private final MetadataPublisher metadata = new MetadataPublisher();
    private final List<Listener> advertised = new ArrayList<>();
    private volatile List<LogDirectory> data = List.of();
    private volatile LogDirectories directories;
    private volatile Shards shards;
    private final BrokerReplication replication;
    private volatile LogCleaner cleaner;
    private final OffsetsTopic offsetsTopic;
    private volatile GroupCoordinators groups;
    private volatile List<String> shardDeployments = List.of();
    private volatile MetadataVerticle metadataVerticle;
    private volatile String metadataDeployment;
    private volatile KafkaListener listener;
    private volatile RequestMemory requestMemory;
    private volatile RequestDispatcher dispatcher;
    private volatile DoorVerticle door;
    private volatile LostReplicas lostReplicas;
    private volatile FolderWatch folders;
    private volatile boolean serving;

    /**
     * Prepares a broker.
     *
     * @param incarnation tells this life of the node from its others
     * @param peers where other nodes listen on the bus
     * @param halted told in one sentence when the node must not go on; the process should end
     */
    public Broker(
            Vertx vertx,
            NodeConfig config,
            UUID incarnation,
            BusDirectory peers,
            BrokerMetrics metrics,
            Consumer<String> halted) {
        this.vertx = vertx;
        this.config = config;
        this.incarnation = incarnation;
        this.peers = peers;
        this.metrics = metrics;
        this.halted = halted;
        this.configs = new EffectiveConfigs(ConfigCatalog.get(), config.nodeId(), config.kafka());
        this.metadata.follow(new ConfigWarnings(ConfigCatalog.get()));
        this.replication = new BrokerReplication(vertx, config.nodeId(), configs);
        this.offsetsTopic = new OffsetsTopic(metadata::image, configs, this::controller);
    }

    /**
     * Starts everything.
     *
     * @return done when clients are served; fails with a {@link ConfigException} when a person must mend something
     */
    public Future<Void> start() {
        return vertx.executeBlocking(() -> DataDirectories.open(config))
                .compose(this::deployShards)
                .compose(deployed -> replication.listen(shards))
                .compose(listening -> bindListeners())
                .compose(bound -> startMetadata())
                .compose(started -> metadataVerticle.register(advertised).recover(MetadataVerticle::forAPerson))
                .compose(registered -> shards.loaded())
                .compose(loaded -> openDoor())
                .onSuccess(loaded -> {
                    listener.open();
                    serving = true;
                    lostReplicas = LostReplicas.of(vertx, brokerId(), this::brokerEpoch, controller(), shards);
                    lostReplicas.watch(directories.all(), metadataVerticle.registration()::directoriesChanged);
                    folders = FolderWatch.of(vertx, data);
                    metadataVerticle.registration().onRegisteredAgain(lostReplicas::tellAgain);
                    directories.removeStrays(image(), brokerId());
                });
    }

    private Future<Void> deployShards(FoundDirectories opened) {
        data = opened.opened();
        directories = new LogDirectories(opened.opened(), opened.unopened());
        FlushSeries.show(metrics, data.stream().map(LogDirectory::syncTimes).toList());
        LongSupplier ticker = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        ShardContext context = new ShardContext(
                config.nodeId(),
                incarnation,
                directories,
                configs,
                metrics,
                System::currentTimeMillis,
                ticker,
                config.runtime().tailCacheBytes() / config.runtime().eventLoops(),
                configs.brokerLong(MetadataImage.EMPTY, "log.retention.check.interval.ms"),
                replication.parts(this::brokerEpoch, this::controller));
        return ShardDeployment.deploy(vertx, context).map(deployed -> {
            shards = deployed.shards();
            shardDeployments = deployed.deploymentIds();
            groups = new GroupCoordinators(
                    metadata::image, configs, shards, System::currentTimeMillis, ticker, UUID::randomUUID);
            for (Shard shard : shards.all()) {
                metadata.follow(delta -> shard.execute(() -> shard.roles().apply(delta)));
            }
            metadata.follow(groups::follow);
            metadata.follow(delta -> replication.throttle(shards, delta));
            cleaner = new LogCleaner(configs, metadata::image, System::currentTimeMillis).start(shards);
            cleaner.stats().show(metrics, directories, System::currentTimeMillis);
            return null;
        });
    }

    private Future<Void> bindListeners() {
        dispatcher = new RequestDispatcher(ApiRegistry.standard(brokerInt("socket.request.max.bytes")));
        KafkaApis.serve(this, dispatcher);
        ListenerLimits limits = new ListenerLimits(
                brokerInt("max.connections"),
                brokerInt("max.connections.per.ip"),
                ListenerLimits.DEFAULTS.maxRequestsInFlight(),
                brokerInt("socket.request.max.bytes"),
                configs.brokerLong(MetadataImage.EMPTY, "connections.max.idle.ms"),
                ListenerLimits.DEFAULTS.frameMs(),
                brokerInt("socket.send.buffer.bytes"),
                config.kafka().containsKey("socket.receive.buffer.bytes")
                        ? brokerInt("socket.receive.buffer.bytes")
                        : ListenerLimits.DEFAULTS.receiveBufferBytes());
        requestMemory = new RequestMemory(config.runtime().requestMemoryBytes());
        metrics.gauge("millrace_request_memory_used_bytes", "Request memory in use", requestMemory::inUseBytes);
        listener = new KafkaListener(vertx, dispatcher, limits, requestMemory, metrics);
        Future<Void> all = Future.succeededFuture();
        for (NodeConfig.Listener wanted : config.listeners()) {
            all = all.compose(previous -> bind(wanted));
        }
        return all;
    }

    private Future<Void> bind(NodeConfig.Listener wanted) {
        InetSocketAddress address =
                new InetSocketAddress(wanted.bind().host(), wanted.bind().port());
        if (address.isUnresolved()) {
            return Future.failedFuture(new ConfigException("listeners." + wanted.name() + ".bind: \"" + wanted.bind()
                    + "\" cannot be bound: nobody knows a host of that name"));
        }
        return listener.bind(wanted.name(), address)
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException
                                ? new ConfigException("listeners." + wanted.name() + ".bind: \"" + wanted.bind()
                                        + "\" cannot be bound: " + failure.getMessage())
                                : failure))
                .map(bound -> {
                    int port = wanted.advertised().port();
                    advertised.add(new Listener(
                            wanted.name(),
                            wanted.advertised().host(),
                            port == 0 ? bound.getPort() : port,
                            "PLAINTEXT"));
                    return null;
                });
    }

    private Future<Void> startMetadata() {
        metadataVerticle = new MetadataVerticle(new MetadataVerticle.Parts(
                config,
                incarnation,
                peers,
                data,
                configs,
                metadata,
                () -> lostReplicas == null ? List.of() : lostReplicas.givenUp(),
                new LeadershipLease.Holder(shards::leadsUntil, shards::cutOff),
                halted));
        return vertx.deployVerticle(metadataVerticle)
                .recover(MetadataVerticle::forAPerson)
                .map(id -> {
                    metadataDeployment = id;
                    return null;
                });
    }

    /** The event bus' applications are served by the same handlers and shards as Kafka's clients. */
    private Future<Void> openDoor() {
        DoorLimits limits = DoorLimits.within(config.runtime().requestMemoryBytes());
        return DoorVerticle.open(vertx, this, dispatcher, limits)
                .onSuccess(opened -> door = opened)
                .mapEmpty();
    }

    /** The door on the event bus; null before it is open. */
    public DoorVerticle door() {
        return door;
    }

    /** A node has left the event bus: what an application had in flight here is given up. */
    public void busNodeLeft(String nodeId) {
        DoorVerticle opened = door;
        if (opened != null) {
            opened.senderLeft(nodeId);
        }
    }

    /** What a start that takes long waits for, in words for a person. */
    public Optional<String> waitsFor() {
        return metadataVerticle == null ? Optional.empty() : metadataVerticle.waitsFor();
    }

    /** Lets a start that waits for other nodes fail now; one that waits for nobody goes on. */
    public void giveUpStart() {
        if (metadataVerticle != null) {
            metadataVerticle.giveUpStart();
        }
    }

    /** Hands over, stops serving, then closes every log cleanly. */
    public Future<Void> stop() {
        boolean served = serving;
        serving = false;
        if (served) {
            lostReplicas.stop();
            folders.stop();
        }
        Future<Void> left = served && configs.brokerBoolean(image(), "controlled.shutdown.enable")
                ? metadataVerticle.leave(config.runtime().shutdownDeadlineMs() / HANDOVER_SHARE)
                : Future.succeededFuture();
        return left.compose(handedOver -> listener == null ? Future.succeededFuture() : listener.close())
                .eventually(() -> door == null ? Future.succeededFuture() : door.close())
                .eventually(replication::close)
                .eventually(() -> cleaner == null ? Future.succeededFuture() : vertx.executeBlocking(cleaner::close))
                .eventually(() -> undeploy(shardDeployments))
                .eventually(() ->
                        metadataDeployment == null ? Future.succeededFuture() : undeploy(List.of(metadataDeployment)))
                .eventually(() -> vertx.executeBlocking(() -> {
                    data.forEach(LogDirectory::close);
                    return null;
                }));
    }

    private Future<Void> undeploy(List<String> deployments) {
        return Future.join(deployments.stream().map(vertx::undeploy).toList()).mapEmpty();
    }

    private int brokerInt(String name) {
        return configs.brokerInt(MetadataImage.EMPTY, name);
    }

    /** Why a node that serves is not to be relied on: cut off, fenced, or behind its leaders; empty when it is. */
    public Optional<String> behindBecause() {
        Optional<String> cutOff = metadataVerticle.withoutController();
        return cutOff.isPresent() ? cutOff : replication.behindBecause(image());
    }

    /** What is wrong with the partitions that this node leads; empty when all their replicas are in sync. */
    public Optional<String> underReplicated() {
        return replication.underReplicated(image());
    }

    /** What clients are told of each listener. */
    public List<Listener> advertised() {
        return List.copyOf(advertised);
    }

    @Override
    public void memberLost(int brokerId) {
        metadataVerticle.memberLost(brokerId);
    }

    @Override
    public void membersAre(List<Integer> oldestFirst) {
        metadataVerticle.membersAre(oldestFirst);
    }

    /** Adds somebody who follows the metadata; before {@link #start}. */
    public void follow(Consumer<MetadataDelta> follower) {
        metadata.follow(follower);
    }

    /** This node's broker epoch; -1 before it is registered. */
    public long brokerEpoch() {
        MetadataVerticle started = metadataVerticle;
        return started == null || started.registration() == null
                ? -1
                : started.registration().brokerEpoch();
    }

    @Override
    public String clusterId() {
        return metadataVerticle.clusterId();
    }

    @Override
    public MetadataImage image() {
        return metadata.image();
    }

    @Override
    public ControllerGateway controller() {
        return metadataVerticle.controller();
    }

    @Override
    public Shards shards() {
        return shards;
    }

    @Override
    public GroupCoordinators groups() {
        return groups;
    }

    @Override
    public OffsetsTopic offsetsTopic() {
        return offsetsTopic;
    }

    @Override
    public LogDirectories directories() {
        return directories;
    }

    @Override
    public EffectiveConfigs configs() {
        return configs;
    }

    @Override
    public NodeConfig config() {
        return config;
    }

    @Override
    public boolean choosesReplicaByRack() {
        return replication.choosesByRack();
    }

    @Override
    public BrokerMetrics metrics() {
        return metrics;
    }
}
