package io.millrace.simulation;

import io.millrace.log.Payload;
import io.millrace.log.replication.FetchSettings;
import io.millrace.log.replication.ReplicationCodec;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.quorum.FormationNode;
import io.millrace.membership.quorum.MetadataFolder;
import io.millrace.membership.quorum.NodeIdentity;
import io.millrace.membership.quorum.NodePromises;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumOpener;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.quorum.QuorumSettings;
import io.millrace.membership.record.Listener;
import io.millrace.sim.SimDirectoryIo;
import io.millrace.sim.SimOwner;
import io.millrace.sim.SimScheduler;
import io.millrace.sim.Simulation;
import io.millrace.verticles.controller.BrokerRegistration;
import io.millrace.verticles.controller.MetadataPublisher;
import io.millrace.verticles.controller.MetadataShell;
import io.millrace.verticles.controller.SimCommands;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.node.ControllerGateway;
import io.millrace.verticles.replication.OutgoingFrame;
import io.millrace.verticles.replication.ReplicationParts;
import io.millrace.verticles.shard.AppendGroup;
import io.millrace.verticles.shard.FetchGroup;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.PartitionAppend;
import io.millrace.verticles.shard.PartitionFetch;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.ShardContext;
import io.millrace.verticles.shard.Shards;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One process of a simulated node, put together as {@code Broker} and {@code MetadataVerticle} put theirs together.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimLife {
    private static final int HEARTBEAT_MS = 250;
    private static final int SHARDS = 2;
    private static final int MAX_FILE_DELAY_MS = 8;
    private static final long PRODUCE_TIMEOUT_MS = 3_000;
    private static final int READ_BYTES = 4_096;

    private final SimBroker broker;
    private final ClusterWorld world;
    private final Simulation simulation;
    private final String name;
    private final SimEventLoop metadataLoop;
    private final List<SimEventLoop> shardLoops = new ArrayList<>();
    private final SimOwner files;
    private final SimDirectoryIo io;
    private final UUID incarnation;
    private final MetadataPublisher publisher = new MetadataPublisher();
    private final EffectiveConfigs configs;
    private LogDirectory directory;
    private FormationNode formation;
    private QuorumNode quorum;
    private SimCommands commands;
    private ControllerGateway gateway;
    private BrokerRegistration registration;
    private Shards shards;
    private boolean serving;
    private boolean ended;

    SimLife(SimBroker broker, int number) {
        this.broker = broker;
        this.world = broker.world();
        this.simulation = world.simulation();
        this.name = "node " + broker.id() + " life " + number;
        this.incarnation = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        SimScheduler scheduler = simulation.scheduler();
        this.metadataLoop = new SimEventLoop(scheduler, name + " metadata");
        this.files = new SimOwner(scheduler, name + " files");
        this.io = new SimDirectoryIo(simulation, name);
        this.configs = new EffectiveConfigs(ConfigCatalog.get(), broker.id(), world.settings());
    }

    void start() {
        try {
            directory = LogDirectory.open(SimBroker.DATA, broker.disk(), LogDirectoryOptions.of(broker.id(), null), io);
        } catch (LogDirectoryException unusable) {
            throw new IllegalStateException(name + " does not start: " + unusable.getMessage(), unusable);
        }
        openShards();
        Random uuids = simulation.random("uuids of " + broker.id());
        formation = new FormationNode(
                new NodeIdentity(broker.id(), Optional.empty(), world.voters()),
                new MetadataFolder(broker.disk(), List.of(directory)),
                new FormationNode.Ports(
                        metadataLoop::execute,
                        this::onFiles,
                        simulation::nowMs,
                        this::alarm,
                        (to, message) -> world.network().send(broker.id(), to, new SimMessage.Form(message)),
                        () -> new UUID(uuids.nextLong(), uuids.nextLong())));
        world.network().join(broker.id(), this::receive);
        formation.form().whenComplete((promises, failure) -> {
            if (failure == null) {
                openQuorum(promises);
            } else {
                world.halted(broker.id(), String.valueOf(failure));
            }
        });
    }

    private void onFiles(Runnable task) {
        Random random = simulation.random("files of " + broker.id());
        simulation.scheduler().after(random.nextInt(MAX_FILE_DELAY_MS), name + " files", () -> files.execute(task));
    }

    private Runnable alarm(long delayMs, Runnable task) {
        var timer = metadataLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        return () -> timer.cancel(false);
    }

    private void openShards() {
        ReplicationParts replication = new ReplicationParts(
                broker.id(),
                world.lagTimeMaxMs(),
                false,
                FetchSettings.DEFAULTS,
                () -> registration == null ? -1 : registration.brokerEpoch(),
                proposals -> gateway.submit(proposals),
                loop -> this::sendFrame);
        ShardContext context = new ShardContext(
                broker.id(),
                incarnation,
                new LogDirectories(List.of(directory)),
                configs,
                new BrokerMetrics(),
                simulation::nowMs,
                simulation::nowMs,
                1 << 20,
                60_000,
                replication);
        List<Shard> all = new ArrayList<>();
        for (int index = 0; index < SHARDS; index++) {
            SimEventLoop loop = new SimEventLoop(simulation.scheduler(), name + " shard " + index);
            shardLoops.add(loop);
            Shard shard = new Shard(index, SHARDS, loop, context);
            all.add(shard);
            publisher.follow(delta -> shard.execute(() -> shard.roles().apply(delta)));
        }
        shards = new Shards(all);
    }

    private Future<Void> sendFrame(int to, OutgoingFrame frame) {
        byte[] bytes = new byte[frame.sizeBytes()];
        frame.view().readBytes(bytes);
        frame.release();
        bytes = world.frame(bytes);
        world.network().send(broker.id(), to, new SimMessage.Frame(bytes));
        return Future.succeededFuture();
    }

    private void openQuorum(NodePromises promises) {
        Random jitter = simulation.random("jitter of " + broker.id());
        QuorumPorts ports = new QuorumPorts(
                metadataLoop::execute,
                simulation::nowMs,
                this::alarm,
                (to, message) -> world.network().send(broker.id(), to, new SimMessage.Raft(message)),
                jitter::nextInt,
                why -> world.halted(broker.id(), why));
        QuorumOpener.open(new QuorumOpener.Parts(
                        directory,
                        broker.disk(),
                        QuorumSettings.withDefaults(broker.id(), promises.directoryId(), promises.voters()),
                        promises,
                        ports,
                        this::onFiles,
                        simulation::nowMs,
                        world.snapshotBytes()))
                .whenComplete((opened, failure) -> {
                    if (failure == null) {
                        run(opened, promises, ports);
                    } else {
                        world.halted(broker.id(), String.valueOf(failure));
                    }
                });
    }

    private void run(QuorumNode opened, NodePromises promises, QuorumPorts ports) {
        quorum = opened;
        Random topicIds = simulation.random("topic ids of " + broker.id());
        ControllerMachine machine = new ControllerMachine(
                new ControllerOptions(promises.clusterId(), broker.id(), ControllerOptions.DEFAULT_SESSION_TIMEOUT_MS),
                configs,
                new SpreadPlacement(),
                () -> new UUID(topicIds.nextLong() & ~0xF000L | 0x4000, topicIds.nextLong()));
        MetadataShell shell = new MetadataShell(
                broker.id(), metadataLoop::execute, quorum, machine, publisher, simulation::nowMs, ports.alarm());
        SimCommands.Ends ends = SimCommands.between(
                broker.id(), metadataLoop::execute, ports.alarm(), shell, publisher, new SimCommands.Line() {
                    @Override
                    public void command(int to, long call, byte[] bytes) {
                        world.network().send(broker.id(), to, new SimMessage.Command(call, bytes));
                    }

                    @Override
                    public void answer(int to, long call, byte[] bytes) {
                        world.network().send(broker.id(), to, new SimMessage.CommandAnswer(call, bytes));
                    }
                });
        gateway = ends.gateway();
        commands = ends.commands();
        registration = new BrokerRegistration(new BrokerRegistration.Parts(
                broker.id(),
                metadataLoop::execute,
                ports.alarm(),
                gateway,
                publisher,
                new Epochs(),
                List::of,
                why -> world.halted(broker.id(), why),
                HEARTBEAT_MS));
        registration.onCutOff((int) ControllerOptions.DEFAULT_SESSION_TIMEOUT_MS, now -> shards.all()
                .forEach(shard -> shard.execute(() -> shard.cutOff(now))));
        shell.onLeaderChange(registration::leaderChanged);
        quorum.start();
        registration
                .register(epoch -> new RegisterBroker(
                        promises.clusterId(),
                        broker.id(),
                        incarnation,
                        List.of(new Listener("PLAINTEXT", "node-" + broker.id(), 9092, "PLAINTEXT")),
                        null,
                        List.of(directory.directoryId()),
                        epoch))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        serving = true;
                    } else if (!ended) {
                        world.halted(broker.id(), String.valueOf(done.cause()));
                    }
                });
    }

    /** The epoch of the last registration, believed as long as the page cache has survived. */
    private final class Epochs implements BrokerRegistration.Epochs {
        @Override
        public Future<Long> read() {
            boolean survived =
                    directory.cleanShutdown() || directory.pageCacheIdentity().equals(broker.keptPageCache());
            return Future.succeededFuture(survived || world.believesLostEpochs() ? broker.keptEpoch() : -1);
        }

        @Override
        public Future<Void> write(long epoch) {
            Promise<Void> written = Promise.promise();
            onFiles(() -> {
                broker.keepEpoch(epoch, directory.pageCacheIdentity());
                metadataLoop.execute(written::complete);
            });
            return written.future();
        }
    }

    private void receive(int from, SimMessage message) {
        if (message instanceof SimMessage.Raft raft && quorum != null) {
            quorum.receive(from, raft.message());
        } else if (message instanceof SimMessage.Form form) {
            formation.receive(from, form.message());
        } else if (message instanceof SimMessage.Command command && commands != null) {
            metadataLoop.execute(() -> commands.heard(from, command.call(), command.bytes()));
        } else if (message instanceof SimMessage.CommandAnswer answer && commands != null) {
            metadataLoop.execute(() -> commands.answered(answer.call(), answer.bytes()));
        } else if (message instanceof SimMessage.Frame frame) {
            int shard = ReplicationCodec.shardOf(frame.buffer());
            shards.all().get(shard % SHARDS).replication().received(Unpooled.wrappedBuffer(frame.buffer()));
        } else if (message instanceof SimMessage.Produce produce) {
            produce(from, produce);
        } else if (message instanceof SimMessage.Read read) {
            read(from, read);
        }
    }

    private void produce(int client, SimMessage.Produce produce) {
        Shard shard = shards.of(produce.topicId(), produce.partition());
        PartitionAppend append =
                new PartitionAppend(produce.topicId(), produce.partition(), Unpooled.wrappedBuffer(produce.batch()));
        AppendGroup group = new AppendGroup(
                AppendGroup.ACKS_ALL, simulation.nowMs() + PRODUCE_TIMEOUT_MS, metadataLoop, () -> world.network()
                        .send(
                                broker.id(),
                                client,
                                new SimMessage.Produced(produce.request(), append.error(), append.baseOffset())));
        group.add(append);
        shard.submit(group);
    }

    private void read(int client, SimMessage.Read read) {
        Shard shard = shards.of(read.topicId(), read.partition());
        PartitionFetch fetch =
                new PartitionFetch(read.topicId(), read.partition(), read.offset(), READ_BYTES, read.leaderEpoch(), -1);
        FetchGroup group = new FetchGroup(false, metadataLoop, () -> answerRead(client, read, fetch));
        group.add(fetch);
        group.begin(READ_BYTES);
        shard.submit(group);
    }

    private void answerRead(int client, SimMessage.Read read, PartitionFetch fetch) {
        ByteArrayOutputStream batches = new ByteArrayOutputStream();
        for (Payload payload : fetch.takePayloads()) {
            byte[] bytes = new byte[payload.sizeBytes()];
            payload.bytes().duplicate().get(bytes);
            batches.writeBytes(bytes);
            payload.release();
        }
        var slice = fetch.takeSlice();
        if (slice != null) {
            batches.writeBytes(broker.bytesOf(slice));
            slice.release();
        }
        world.network()
                .send(
                        broker.id(),
                        client,
                        new SimMessage.ReadAnswer(
                                read.request(),
                                fetch.error(),
                                fetch.highWatermark(),
                                fetch.logStartOffset(),
                                batches.toByteArray()));
    }

    boolean isServing() {
        return serving;
    }

    MetadataImage image() {
        return publisher.image();
    }

    ControllerGateway gateway() {
        return gateway;
    }

    Shards shards() {
        return shards;
    }

    QuorumNode quorum() {
        return quorum;
    }

    LogDirectory directory() {
        return directory;
    }

    /** The process dies where it stands. */
    void end() {
        ended = true;
        world.network().leave(broker.id());
        metadataLoop.stop();
        shardLoops.forEach(SimEventLoop::stop);
        files.stop();
        io.stop();
    }
}
