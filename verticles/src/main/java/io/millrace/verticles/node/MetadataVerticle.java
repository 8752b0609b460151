package io.millrace.verticles.node;

import io.millrace.log.Owner;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.quorum.FormationException;
import io.millrace.membership.quorum.FormationNode;
import io.millrace.membership.quorum.MetadataFolder;
import io.millrace.membership.quorum.NodeIdentity;
import io.millrace.membership.quorum.NodePromises;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumOpener;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.quorum.QuorumSettings;
import io.millrace.membership.quorum.VoterAddress;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.controller.ActiveController;
import io.millrace.verticles.controller.BrokerRegistration;
import io.millrace.verticles.controller.Forwarding;
import io.millrace.verticles.controller.LeadershipLease;
import io.millrace.verticles.controller.MetadataPublisher;
import io.millrace.verticles.controller.MetadataShell;
import io.millrace.verticles.controller.OldCopyWatch;
import io.millrace.verticles.quorum.CrashHints;
import io.millrace.verticles.quorum.PeerBus;
import io.millrace.verticles.quorum.QuorumDoor;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The actor of the metadata: quorum, controller and this broker's registration, on one event loop.
 *
 * <p>Thread: its context.
 */
final class MetadataVerticle extends VerticleBase {
    /**
     * What the actor is made from.
     *
     * @param lostDirectories those that have failed, and whose replicas the controller knows to be gone
     * @param leads told until when this node leads for sure what it leads
     */
    record Parts(
            NodeConfig config,
            UUID incarnation,
            BusDirectory peers,
            List<LogDirectory> directories,
            EffectiveConfigs configs,
            MetadataPublisher publisher,
            Supplier<List<UUID>> lostDirectories,
            LeadershipLease.Holder leads,
            Consumer<String> halted) {}

    /** The quorum chooses its next leader itself. */
    private static final int ANY_VOTER = -1;
    /** Another voter is elected within one round trip; if not, its election timeout will do. */
    private static final long HANDOVER_MS = 1_000;

    private static final long HAS_LEADER = Long.MIN_VALUE;

    private final Parts parts;
    private final SeenMembers members = new SeenMembers();
    private OldCopyWatch copies;
    private QuorumDoor door;
    private volatile FormationNode formation;
    private volatile NodePromises promises;
    private volatile QuorumNode quorum;
    private volatile CrashHints hints;
    private volatile ActiveController active;
    /** Somebody waits for another leader of the quorum; null while nobody does. */
    private volatile Promise<Void> handedOver;

    /** Since when this node has known no controller, or {@link #HAS_LEADER}. */
    private volatile long leaderlessSinceMs = HAS_LEADER;

    private volatile ControllerGateway controller;
    private volatile BrokerRegistration registration;
    /** This process is known to its data directory. */
    private volatile Future<Void> noted;

    MetadataVerticle(Parts parts) {
        this.parts = parts;
    }

    /**
     * Completes when this node is part of a cluster and takes part in its quorum; the controller may be elected later. Where a
     * cluster of several voters is to form, that is not before all of them are there.
     */
    @Override
    public Future<?> start() {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        Owner owner = loop::execute;
        QuorumPorts.Alarm alarm = (delayMs, task) -> {
            var scheduled = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        };
        door = new QuorumDoor(new PeerBus(vertx, parts.config().nodeId(), parts.incarnation(), parts.peers()));
        copies = new OldCopyWatch(vertx, parts.directories(), parts.incarnation());
        formation = new FormationNode(
                identity(),
                new MetadataFolder(new RealDisk(), parts.directories()),
                new FormationNode.Ports(
                        owner, this::runOnWorker, MetadataVerticle::nowMs, alarm, door, UUID::randomUUID));
        QuorumPorts ports = new QuorumPorts(
                owner,
                MetadataVerticle::nowMs,
                alarm,
                door,
                bound -> ThreadLocalRandom.current().nextInt(Math.max(1, bound)),
                parts.halted());
        return door.openFor(formation)
                .compose(open -> Future.fromCompletionStage(formation.form(), context))
                .compose(formed -> openQuorum(formed, ports))
                .compose(opened -> run(opened, owner, ports));
    }

    private Future<QuorumNode> openQuorum(NodePromises formed, QuorumPorts ports) {
        promises = formed;
        NodeConfig.Timers timers = parts.config().cluster().timers();
        QuorumOpener.Parts opener = new QuorumOpener.Parts(
                parts.directories().get(0),
                new RealDisk(),
                new QuorumSettings(
                                formed.nodeId(),
                                formed.directoryId(),
                                formed.voters(),
                                timers.quorumFetchMs(),
                                timers.quorumElectionMs(),
                                timers.quorumElectionMs() / 3)
                        .knowing(parts.config().cluster().voters().stream()
                                .map(NodeConfig.Voter::nodeId)
                                .collect(Collectors.toSet())),
                formed,
                ports,
                this::runOnWorker,
                System::currentTimeMillis,
                QuorumOpener.DEFAULT_SNAPSHOT_BYTES,
                () -> copies.provenEnd(formed.voters().ids().equals(Set.of(formed.nodeId()))));
        return Future.fromCompletionStage(QuorumOpener.open(opener), context);
    }

    /** File work of the quorum: one task at a time and in order. */
    private void runOnWorker(Runnable task) {
        context.executeBlocking(
                () -> {
                    task.run();
                    return null;
                },
                true);
    }

    private NodeIdentity identity() {
        return new NodeIdentity(
                parts.config().nodeId(),
                parts.config().clusterId().map(KafkaIds::toText),
                parts.config().cluster().voters().stream()
                        .map(voter -> new VoterAddress(
                                voter.nodeId(),
                                voter.address().host(),
                                voter.address().port()))
                        .toList());
    }

    private Future<Void> run(QuorumNode opened, Owner owner, QuorumPorts ports) {
        quorum = opened;
        int self = parts.config().nodeId();
        ControllerMachine machine = new ControllerMachine(
                new ControllerOptions(
                        promises.clusterId(),
                        self,
                        parts.config().cluster().timers().sessionMs()),
                parts.configs(),
                new SpreadPlacement(),
                members,
                DataDirectories::newTopicId);
        MetadataShell shell = new MetadataShell(
                self, owner, quorum, machine, parts.publisher(), MetadataVerticle::nowMs, ports.alarm());
        shell.onRegistration(copies::registered);
        active = shell;
        controller = Forwarding.between(vertx, owner, ports.alarm(), self, active, parts.publisher());
        registration = new BrokerRegistration(new BrokerRegistration.Parts(
                self,
                owner,
                ports.alarm(),
                controller,
                parts.publisher(),
                BrokerRegistration.keptIn(vertx, parts.directories()),
                parts.lostDirectories(),
                parts.halted(),
                new LeadershipLease(
                        parts.config().cluster().timers().sessionMs(),
                        parts.config().cluster().timers().heartbeatMs(),
                        MetadataVerticle::nowMs,
                        quorum::describe,
                        parts.publisher(),
                        parts.leads()),
                parts.config().cluster().timers().heartbeatMs()));
        active.onLeaderChange(() -> leaderlessSinceMs = active.leaderId().isPresent() ? HAS_LEADER : nowMs());
        active.onLeaderChange(registration::leaderChanged);
        active.onLeaderChange(this::quorumHandedOver);
        hints = new CrashHints(
                vertx,
                parts.peers(),
                self,
                parts.config().cluster().timers().probeMs(),
                (brokerId, found, sameLife) -> {
                    if (!sameLife) {
                        quorum.leaderProbeFailed(brokerId);
                    }
                    // One that is silent may live, and has its session: until that ends it takes itself for a leader.
                    if (!found.silent()) {
                        shell.brokerProbed(brokerId, found.answered());
                    }
                });
        shell.levelsAskedBy(hints::metadataLevel);
        // Its predecessor may be the one that died.
        shell.onActive(hints::suspectUnreachable);
        noted = copies.begin(quorum.decidesAlone(), quorum::votes);
        quorum.start();
        return door.openFor(quorum, promises.clusterId()).compose(open -> hints.start(parts.incarnation()));
    }

    /**
     * Gets this broker registered and unfenced. Fails with {@link FormationException} when it
     * turns out that this node belongs to another cluster than those it was told of. Thread: any.
     */
    Future<Void> register(List<Listener> listeners) {
        Promise<Void> done = Promise.promise();
        formation.refused().thenAccept(why -> refuse(why, done));
        copies.refused().thenAccept(why -> refuse(why, done));
        noted.compose(noted -> registerBroker(listeners))
                .onSuccess(done::tryComplete)
                .onFailure(done::tryFail);
        return done.future();
    }

    private void refuse(FormationException why, Promise<Void> starting) {
        if (!starting.tryFail(why)) {
            parts.halted().accept(why.getMessage());
        }
    }

    private Future<Void> registerBroker(List<Listener> listeners) {
        return registration.register(epoch -> new RegisterBroker(
                promises.clusterId(),
                parts.config().nodeId(),
                parts.incarnation(),
                listeners,
                parts.config().rack().orElse(null),
                parts.directories().stream().map(LogDirectory::directoryId).toList(),
                epoch));
    }

    /** A node that is not part of the cluster it was told of cannot mend that itself. */
    static <T> Future<T> forAPerson(Throwable failure) {
        return Future.failedFuture(
                failure instanceof FormationException ? new ConfigException(failure.getMessage()) : failure);
    }

    /** What a start that takes long waits for, in words for a person. Thread: any. */
    Optional<String> waitsFor() {
        FormationNode forming = formation;
        if (registration == null) {
            return forming == null ? Optional.empty() : forming.waitsFor();
        }
        OptionalInt leader = controller.controllerId();
        if (leader.isPresent()) {
            return Optional.of("waits to be registered and unfenced by controller " + leader.getAsInt());
        }
        return Optional.of("waits for a controller: " + whatItTakes());
    }

    /** Why this node may be cut off; empty while there is a controller, or has been within a session. Thread: any. */
    Optional<String> withoutController() {
        long since = leaderlessSinceMs;
        return since == HAS_LEADER
                        || nowMs() - since <= parts.config().cluster().timers().sessionMs()
                ? Optional.empty()
                : Optional.of("no controller for " + TimeUnit.MILLISECONDS.toSeconds(nowMs() - since) + " s: "
                        + whatItTakes());
    }

    private String whatItTakes() {
        Map<Integer, String> addresses = parts.config().cluster().voters().stream()
                .collect(Collectors.toMap(NodeConfig.Voter::nodeId, voter -> "@" + voter.address()));
        QuorumNode running = quorum;
        // They may have been changed since the file was written.
        Set<Integer> voters = running == null ? new TreeSet<>(addresses.keySet()) : running.voterIds();
        return "it takes a majority of the voters "
                + voters.stream().map(id -> id + addresses.getOrDefault(id, "")).collect(Collectors.joining(", "));
    }

    /** The node is to stop although its start is under way: nothing is waited for any more. Thread: any. */
    void giveUpStart() {
        if (formation != null) {
            formation.giveUp();
        }
        if (registration != null) {
            registration.giveUp();
        }
    }

    /**
     * Before the node stops: leadership of the quorum goes to another voter, then what the broker leads to other brokers.
     * Thread: any.
     */
    Future<Void> leave(long deadlineMs) {
        if (leadsQuorum() && quorum.voterIds().size() > 1) {
            Promise<Void> another = Promise.promise();
            handedOver = another;
            quorum.transferLeadership(ANY_VOTER);
            return another.future()
                    .timeout(Math.min(deadlineMs, HANDOVER_MS), TimeUnit.MILLISECONDS)
                    .otherwiseEmpty()
                    .compose(done -> registration.leave(deadlineMs));
        }
        return registration.leave(deadlineMs);
    }

    private boolean leadsQuorum() {
        return active.leaderId().equals(OptionalInt.of(parts.config().nodeId()));
    }

    private void quorumHandedOver() {
        Promise<Void> waiting = handedOver;
        if (waiting != null && active.leaderId().isPresent() && !leadsQuorum()) {
            waiting.tryComplete();
        }
    }

    /** The cluster that this node is part of; after the start. */
    String clusterId() {
        return promises.clusterId();
    }

    /** Hazelcast no longer sees a member: a hint. Thread: any. */
    void memberLost(int brokerId) {
        CrashHints watching = hints;
        if (watching != null) {
            watching.suspect(brokerId, "Hazelcast lost it");
        }
    }

    /** Hazelcast's members, oldest first: the order in which voters should lead. Thread: any. */
    void membersAre(List<Integer> oldestFirst) {
        members.are(oldestFirst);
        QuorumNode running = quorum;
        if (running != null) {
            running.prefer(oldestFirst);
        }
    }

    ControllerGateway controller() {
        return controller;
    }

    BrokerRegistration registration() {
        return registration;
    }

    @Override
    public Future<?> stop() {
        formation.close();
        Future<Void> closed =
                quorum == null ? Future.succeededFuture() : Future.fromCompletionStage(quorum.close(), context);
        return closed.eventually(door::close)
                .eventually(() -> hints == null ? Future.succeededFuture() : hints.close());
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
