package io.millrace.simulation;

import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.placement.PlacementView;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.quorum.FormationNode;
import io.millrace.membership.quorum.MetadataFolder;
import io.millrace.membership.quorum.NodeIdentity;
import io.millrace.membership.quorum.NodePromises;
import io.millrace.membership.quorum.QuorumMessage;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumOpener;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.quorum.QuorumSettings;
import io.millrace.membership.record.Listener;
import io.millrace.sim.SimDirectoryIo;
import io.millrace.sim.SimOwner;
import io.millrace.sim.SimProcess;
import io.millrace.sim.SimScheduler;
import io.millrace.sim.Simulation;
import io.millrace.verticles.controller.BrokerRegistration;
import io.millrace.verticles.controller.LeadershipLease;
import io.millrace.verticles.controller.MetadataPublisher;
import io.millrace.verticles.controller.MetadataShell;
import io.millrace.verticles.controller.SimCommands;
import io.millrace.verticles.node.ControllerGateway;
import io.millrace.verticles.node.LostReplicas;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
    private static final int MAX_FILE_DELAY_MS = 8;
    private static final int SLOW_MIN_MS = 200;
    private static final int SLOW_MAX_MS = 2_000;
    private static final int ANY_VOTER = -1;
    private static final long HANDOVER_MS = 1_000;
    private static final long LEAVE_MS = 4_000;

    private final SimBroker broker;
    private final ClusterWorld world;
    private final Simulation simulation;
    private final SimProcess process;
    private final String name;
    private final SimEventLoop metadataLoop;
    private final SimOwner files;
    private final List<SimDirectoryIo> ios = new ArrayList<>();
    private final SimCleanerBench bench;
    private final UUID incarnation;
    private final MetadataPublisher publisher = new MetadataPublisher();
    private final EffectiveConfigs configs;
    private FoundDirectories found;
    private FormationNode formation;
    private QuorumNode quorum;
    private SimCommands commands;
    private ControllerGateway gateway;
    private BrokerRegistration registration;
    private SimShards shards;
    private MetadataShell shell;
    private SimProbes probes;
    private LostReplicas lost;
    private List<Integer> members = List.of();
    private Runnable gone;
    private boolean serving;
    private boolean slow;
    private boolean leaving;
    private boolean handing;
    private boolean stopping;
    private boolean ended;

    SimLife(SimBroker broker, int number) {
        this.broker = broker;
        this.world = broker.world();
        this.simulation = world.simulation();
        this.name = "node " + broker.id() + " life " + number;
        this.incarnation = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        this.process = new SimProcess(simulation);
        SimScheduler scheduler = process.scheduler();
        this.metadataLoop = new SimEventLoop(scheduler, name + " metadata");
        this.files = new SimOwner(scheduler, name + " files");
        this.bench = new SimCleanerBench(simulation, scheduler, name + " cleaner", world.bugs()::bent);
        this.configs = new EffectiveConfigs(ConfigCatalog.get(), broker.id(), world.settings());
    }

    void start() {
        try {
            found = FoundDirectories.open(SimBroker.DIRECTORIES, broker.disk(), this::open);
        } catch (LogDirectoryException unusable) {
            throw new IllegalStateException(name + " does not start: " + unusable.getMessage(), unusable);
        }
        shards = new SimShards(new SimShards.Parts(
                this, broker, name, incarnation, found, configs, metadataLoop, bench, () -> registration));
        Random uuids = simulation.random("uuids of " + broker.id());
        formation = new FormationNode(
                new NodeIdentity(broker.id(), Optional.empty(), world.voters()),
                new MetadataFolder(broker.disk(), found.opened()),
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

    private LogDirectory open(Path path) throws LogDirectoryException {
        SimDirectoryIo io = new SimDirectoryIo(simulation, process, name + path);
        io.clockSkew(broker.skewMs());
        ios.add(io);
        return LogDirectory.open(path, broker.disk(), LogDirectoryOptions.of(broker.id(), null), io);
    }

    /** A controller that does not answer. */
    private static ControllerGateway nobody() {
        return new ControllerGateway() {
            @Override
            public <R> Future<R> submit(ControllerCommand<R> command) {
                return Promise.<R>promise().future();
            }

            @Override
            public OptionalInt controllerId() {
                return OptionalInt.empty();
            }
        };
    }

    private List<UUID> lostDirectories() {
        return lost == null ? List.of() : lost.givenUp();
    }

    private void onFiles(Runnable task) {
        Random random = simulation.random("files of " + broker.id());
        int busyMs = slow ? SLOW_MIN_MS + random.nextInt(SLOW_MAX_MS - SLOW_MIN_MS) : 0;
        process.scheduler()
                .after(busyMs + random.nextInt(MAX_FILE_DELAY_MS), name + " files", () -> files.execute(task));
    }

    private Runnable alarm(long delayMs, Runnable task) {
        var timer = metadataLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        return () -> timer.cancel(false);
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
                        found.opened().get(0),
                        broker.disk(),
                        QuorumSettings.withDefaults(broker.id(), promises.directoryId(), promises.voters()),
                        promises,
                        ports,
                        this::onFiles,
                        broker::wallMs,
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
                this::standing,
                () -> new UUID(topicIds.nextLong() & ~0xF000L | 0x4000, topicIds.nextLong()));
        shell = new MetadataShell(
                broker.id(), metadataLoop::execute, quorum, machine, publisher, simulation::nowMs, ports.alarm());
        SimCommands.Ends ends = SimCommands.between(
                broker.id(), metadataLoop::execute, ports.alarm(), shell, publisher, new SimCommands.Line() {
                    @Override
                    public long newCall() {
                        return world.nextStamp();
                    }

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
                new SimEpochs(broker, found, this::onFiles, metadataLoop),
                this::lostDirectories,
                why -> world.halted(broker.id(), why),
                new LeadershipLease(
                        ControllerOptions.DEFAULT_SESSION_TIMEOUT_MS,
                        HEARTBEAT_MS,
                        simulation::nowMs,
                        quorum::describe,
                        publisher,
                        new LeadershipLease.Holder(shards.all()::leadsUntil, shards.all()::cutOff)),
                HEARTBEAT_MS));
        shell.onLeaderChange(registration::leaderChanged);
        shell.onLeaderChange(this::handedOver);
        probes = new SimProbes(this, world, broker.id(), ports.alarm(), (brokerId, found, sameLife) -> {
            if (!sameLife) {
                quorum.leaderProbeFailed(brokerId);
            }
            if (!found.silent()) {
                shell.brokerProbed(brokerId, found.answered());
            }
        });
        quorum.prefer(members);
        quorum.start();
        registration
                .register(epoch -> new RegisterBroker(
                        promises.clusterId(),
                        broker.id(),
                        incarnation,
                        List.of(new Listener("PLAINTEXT", "node-" + broker.id(), 9092, "PLAINTEXT")),
                        null,
                        shards.directories().ids(),
                        epoch))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        shards.whenLoaded(() -> {
                            serving = !leaving;
                            lost = new LostReplicas(
                                    ports.alarm(),
                                    broker.id(),
                                    registration::brokerEpoch,
                                    world.keepsLossesSecret() ? nobody() : gateway,
                                    shards.all());
                            lost.watch(found.opened(), registration::directoriesChanged);
                            registration.onRegisteredAgain(lost::tellAgain);
                            shards.directories().removeStrays(image(), broker.id());
                        });
                    } else if (!ended && !leaving) {
                        world.halted(broker.id(), String.valueOf(done.cause()));
                    }
                });
    }

    private void receive(int from, SimMessage message) {
        process.whenRunning(message, () -> take(from, message));
    }

    private void take(int from, SimMessage message) {
        if (stopping) {
            return;
        }
        if (message instanceof SimMessage.Raft raft && quorum != null) {
            if (raft.message() instanceof QuorumMessage.SnapshotResponse piece
                    && piece.position() + piece.bytes().length == piece.totalBytes()) {
                world.tally().snapshotFetched();
            }
            quorum.receive(from, raft.message());
        } else if (message instanceof SimMessage.Form form) {
            formation.receive(from, form.message());
        } else if (message instanceof SimMessage.Command command && commands != null) {
            metadataLoop.execute(() -> commands.heard(from, command.call(), command.bytes()));
        } else if (message instanceof SimMessage.CommandAnswer answer && commands != null) {
            metadataLoop.execute(() -> commands.answered(answer.call(), answer.bytes()));
        } else if (message instanceof SimMessage.Frame frame) {
            shards.received(frame.buffer());
        } else if (message instanceof SimMessage.Probe probe) {
            metadataLoop.execute(() ->
                    world.network().send(broker.id(), from, new SimMessage.ProbeAnswer(probe.call(), incarnation)));
        } else if (message instanceof SimMessage.ProbeAnswer answer && probes != null) {
            metadataLoop.execute(() -> probes.answered(answer.call(), answer.incarnation()));
        } else {
            shards.door().take(from, message);
        }
    }

    private PlacementView.Standing standing(int brokerId) {
        int age = members.indexOf(brokerId);
        return age < 0 ? PlacementView.Standing.UNKNOWN : new PlacementView.Standing(true, age, 0);
    }

    /** Hazelcast has these members, oldest first; it may well be wrong. */
    void membersAre(List<Integer> oldestFirst) {
        members = List.copyOf(oldestFirst);
        if (quorum != null) {
            quorum.prefer(members);
        }
    }

    /** Something speaks for it that a broker has died; it may well be wrong. */
    void suspect(int brokerId) {
        if (probes != null) {
            metadataLoop.execute(() -> probes.suspect(brokerId));
        }
    }

    void slowDisk(boolean on) {
        slow = on;
        ios.forEach(io -> io.slow(on ? SLOW_MIN_MS : 0, on ? SLOW_MAX_MS : 0));
    }

    void clockJumped() {
        ios.forEach(io -> io.clockSkew(broker.skewMs()));
    }

    SimProcess process() {
        return process;
    }

    /** SIGTERM, as {@code MetadataVerticle.leave} and {@code Broker.stop}; {@code done} when the process has ended. */
    void leave(Runnable done) {
        if (leaving || !serving) {
            return;
        }
        leaving = true;
        serving = false;
        gone = done;
        metadataLoop.execute(() -> {
            if (leadsQuorum()) {
                handing = true;
                quorum.transferLeadership(ANY_VOTER);
                alarm(HANDOVER_MS, this::handOverPartitions);
            } else {
                handing = true;
                handOverPartitions();
            }
        });
    }

    boolean leadsQuorum() {
        return shell.leaderId().equals(OptionalInt.of(broker.id()));
    }

    private void handedOver() {
        if (handing && shell.leaderId().isPresent() && !leadsQuorum()) {
            handOverPartitions();
        }
    }

    private void handOverPartitions() {
        if (handing) {
            handing = false;
            registration.leave(LEAVE_MS).onComplete(left -> metadataLoop.execute(this::closeShards));
        }
    }

    private void closeShards() {
        stopping = true;
        lost.stop();
        shards.close(() -> {
            formation.close();
            quorum.close()
                    .whenComplete((closed, failure) -> metadataLoop.execute(() -> {
                        found.opened().forEach(LogDirectory::close);
                        gone.run();
                    }));
        });
    }

    boolean isServing() {
        return serving;
    }

    MetadataPublisher publisher() {
        return publisher;
    }

    MetadataImage image() {
        return publisher.image();
    }

    ControllerGateway gateway() {
        return gateway;
    }

    Shards shards() {
        return shards.all();
    }

    QuorumNode quorum() {
        return quorum;
    }

    /** One of its replicas is to go to the other directory. */
    void moveAny(Random random) {
        shards.moveAny(random);
    }

    /** The one that holds this node's promises. */
    UUID voterDirectory() {
        return found.opened().get(0).directoryId();
    }

    /** Whether it has lost a directory, or begun without one. */
    boolean lacksADirectory() {
        return shards.directories().isAnyOffline();
    }

    /** What an ended process had in the midst of being done is not done. Its disk knows that it has ended. */
    void abandon() {
        world.tally().compacted(bench.passes(), bench.abandon());
    }

    /** The process dies where it stands. */
    void end() {
        ended = true;
        world.network().leave(broker.id());
        metadataLoop.stop();
        shards.stop();
        files.stop();
        ios.forEach(SimDirectoryIo::stop);
    }
}
