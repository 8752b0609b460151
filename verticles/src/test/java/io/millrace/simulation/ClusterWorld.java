package io.millrace.simulation;

import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.quorum.VoterAddress;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A cluster of three, its network, its clients, and the truth about what they were told.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterWorld {
    static final int NODES = 3;
    static final int PARTITIONS = 3;
    static final int OFFSETS_PARTITIONS = 2;

    static final String TOPIC = "t";
    static final String COMPACTED = "c";
    /** Under which its only partition is known in the ledger. */
    static final int COMPACTED_KEY = 50;

    private static final long STARTS_WITHIN_MS = 30_000;

    private final Simulation simulation;
    private final SimNetwork<SimMessage> network;
    private final ClusterLedger ledger;
    private final boolean groupMode;
    private final List<SimBroker> brokers = new ArrayList<>();
    private final GroupLedger groupLedger;
    private final PlantedBugs bugs;
    private final ClusterTally tally = new ClusterTally();
    private final ClusterClients clients = new ClusterClients(this);
    private final SimAdmin admin;
    private final Map<ClusterTroubles.Kind, Integer> oftener = new EnumMap<>(ClusterTroubles.Kind.class);
    private boolean keepsLossesSecret;
    private long stamps;
    private Topics topics;

    /** The ids of the topics, once they are made. */
    record Topics(UUID plain, UUID compacted, UUID offsets) {}

    /** @param groupMode whether records are on disk before they are acknowledged */
    ClusterWorld(long seed, boolean groupMode) {
        this(seed, groupMode, new PlantedBugs());
    }

    ClusterWorld(long seed, boolean groupMode, PlantedBugs bugs) {
        this.bugs = bugs;
        this.simulation = new Simulation(seed);
        this.network = new SimNetwork<>(simulation);
        this.ledger = new ClusterLedger(simulation);
        this.groupLedger = new GroupLedger(simulation);
        this.groupMode = groupMode;
        this.admin = new SimAdmin(this);
        for (int id = 1; id <= NODES; id++) {
            brokers.add(new SimBroker(this, id));
        }
        ChangedLeaders changed = new ChangedLeaders(this);
        simulation
                .always(changed)
                .always(new ClusterInvariants.OneLeaderAnEpoch(this, changed))
                .always(new ClusterInvariants.WatermarkNeverFalls(changed))
                .always(new ClusterInvariants.LeadersAreComplete(changed));
    }

    Simulation simulation() {
        return simulation;
    }

    SimNetwork<SimMessage> network() {
        return network;
    }

    ClusterLedger ledger() {
        return ledger;
    }

    List<SimBroker> brokers() {
        return brokers;
    }

    SimBroker broker(int id) {
        return brokers.get(id - 1);
    }

    boolean groupMode() {
        return groupMode;
    }

    List<VoterAddress> voters() {
        return brokers.stream()
                .map(broker -> new VoterAddress(broker.id(), "node-" + broker.id(), 1))
                .toList();
    }

    Map<String, String> settings() {
        return Map.of(
                "min.insync.replicas", "2",
                "default.replication.factor", "3",
                "unclean.leader.election.enable", Boolean.toString(bugs.electsUncleanly()),
                "log.cleaner.backoff.ms", "600",
                "group.initial.rebalance.delay.ms", "200",
                "group.min.session.timeout.ms", "1000");
    }

    long lagTimeMaxMs() {
        return 1_500;
    }

    /** Small, so that snapshots are made, the log is trimmed to them, and who was away has to fetch one. */
    long snapshotBytes() {
        return 500;
    }

    /** Draws that kind of trouble so many times as often: what a planted bug needs is else met in few runs. */
    ClusterWorld oftener(ClusterTroubles.Kind kind, int times) {
        oftener.put(kind, times);
        return this;
    }

    int times(ClusterTroubles.Kind kind) {
        return oftener.getOrDefault(kind, 1);
    }

    /** One line of the story of this run. */
    void tell(String what) {
        simulation.trace().tell("== +" + simulation.clock().elapsedMs() + "ms " + what);
    }

    GroupLedger groupLedger() {
        return groupLedger;
    }

    /** What it does wrong on purpose. */
    PlantedBugs bugs() {
        return bugs;
    }

    ClusterTally tally() {
        return tally;
    }

    ClusterClients clients() {
        return clients;
    }

    SimAdmin admin() {
        return admin;
    }

    /** Unique in this world, and rising. */
    long nextStamp() {
        return ++stamps;
    }

    /** Small segments, so that logs roll. */
    Map<String, String> topicConfigs() {
        return new TreeMap<>(
                Map.of("flush.mode", groupMode ? "group" : "page-cache", "internal.segment.bytes", "3000"));
    }

    /** Even smaller ones, of which almost anything is worth a pass. */
    Map<String, String> compactedConfigs() {
        Map<String, String> configs = topicConfigs();
        configs.put("cleanup.policy", "compact");
        configs.put("internal.segment.bytes", "800");
        configs.put("min.cleanable.dirty.ratio", "0.1");
        return configs;
    }

    /** A trouble for stories: no controller ever hears which replicas went with a log directory. */
    ClusterWorld keepingLossesSecret() {
        keepsLossesSecret = true;
        return this;
    }

    boolean keepsLossesSecret() {
        return keepsLossesSecret;
    }

    void halted(int node, String why) {
        throw simulation.violation("NobodyHalts", "node " + node + " would end: " + why);
    }

    /** One of the nodes that serve, or null. */
    SimBroker anyServing(Random random) {
        List<SimBroker> serving = brokers.stream().filter(SimBroker::isServing).toList();
        return serving.isEmpty() ? null : serving.get(random.nextInt(serving.size()));
    }

    /** All nodes, one topic, its producers and readers. */
    void begin() {
        brokers.forEach(SimBroker::start);
        simulation.runUntil(
                "all nodes serve", STARTS_WITHIN_MS, () -> brokers.stream().allMatch(SimBroker::isServing));
        boolean[] made = new boolean[1];
        brokers.get(simulation.random("driver").nextInt(NODES))
                .life()
                .gateway()
                .submit(new CreateTopics(
                        List.of(
                                CreateTopics.NewTopic.of(TOPIC, PARTITIONS, NODES, topicConfigs()),
                                CreateTopics.NewTopic.of(COMPACTED, 1, NODES, compactedConfigs()),
                                CreateTopics.NewTopic.of(
                                        OffsetsTopic.NAME,
                                        OFFSETS_PARTITIONS,
                                        NODES,
                                        bugs.takesKeysForOne() ? topicConfigs() : compactedConfigs())),
                        false))
                .onSuccess(outcome -> {
                    topics = new Topics(
                            outcome.topics().get(0).topicId(),
                            outcome.topics().get(1).topicId(),
                            outcome.topics().get(2).topicId());
                    made[0] = true;
                });
        simulation.runUntil("the topics are made", STARTS_WITHIN_MS, () -> made[0]);
        clients.start(topics);
        admin.start();
    }

    /** Everything works again: then everything must, soon; afterwards all replicas are compared. */
    void healAndDemandProgress() {
        new ClusterHealing(this, topics).healAndDemandProgress();
    }

    /** Nothing of it goes on. */
    void end() {
        tally.runIsOver();
        brokers.stream().filter(SimBroker::isUp).forEach(SimBroker::kill);
    }

    /** The topic as the node that knows most has it; null while there is none. */
    TopicImage newestTopic(String name) {
        return newestImage().topic(name);
    }

    /** Where what the node that knows most has applied ends. */
    long newestOffset() {
        return newestImage().highestOffset();
    }

    MetadataImage newestImage() {
        MetadataImage newest = null;
        for (SimBroker broker : brokers) {
            if (broker.isUp() && (newest == null || broker.life().image().highestOffset() > newest.highestOffset())) {
                newest = broker.life().image();
            }
        }
        return newest == null ? MetadataImage.EMPTY : newest;
    }

    /** Whether whatever one node has the others have as well. */
    boolean canSpareDisk() {
        if (!brokers.stream().allMatch(broker -> broker.isServing() && broker.second() == SimBroker.Second.FINE)) {
            return false;
        }
        // Whoever is unregistered and dies has lost what it had.
        boolean[] inSync = {!admin.unregistering().isUnderWay()};
        newestImage().topics().forEach(topic -> inSync[0] &= isInSync(topic));
        return inSync[0];
    }

    private static boolean isInSync(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            if (!partition.hasLeader() || partition.isr().length < NODES) {
                return false;
            }
        }
        return true;
    }
}
