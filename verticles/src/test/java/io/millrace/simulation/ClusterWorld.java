package io.millrace.simulation;

import io.millrace.log.compact.KeyHash;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.quorum.VoterAddress;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import io.millrace.verticles.coordinator.OffsetsTopic;
import io.millrace.verticles.shard.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.message.OffsetCommitRequestData;

/**
 * A cluster of three, its network, its clients, and the truth about what they were told.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterWorld {
    static final int NODES = 3;
    static final int PARTITIONS = 3;

    static final String TOPIC = "t";
    static final String COMPACTED = "c";
    private static final int FIRST_CLIENT = 100;
    private static final int FIRST_OF_COMPACTED = 150;
    /** Several, so that what is not committed yet may fill a segment. */
    private static final int PRODUCERS_OF_COMPACTED = 2;
    /** Under which its only partition is known in the ledger. */
    private static final int COMPACTED_KEY = 50;

    private static final int FIRST_MEMBER = 200;
    private static final int MEMBERS = 6;
    /** They are kept in different partitions. */
    private static final List<String> GROUPS = List.of("g0", "g1");

    private static final int OFFSETS_PARTITIONS = 2;
    private static final long STARTS_WITHIN_MS = 30_000;
    private static final long HEALS_WITHIN_MS = 60_000;
    private static final int A_FEW = 4;
    private static final int ENOUGH = 20;
    private static final long READS_AGAIN_MS = 500;
    /** After their members have died: then the coordinators have written that down. */
    private static final long GROUPS_REST_MS = 8_000;

    private final Simulation simulation;
    private final SimNetwork<SimMessage> network;
    private final ClusterLedger ledger;
    private final boolean groupMode;
    private final List<SimBroker> brokers = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimMember> members = new ArrayList<>();
    private final GroupLedger groupLedger;
    private final SimAdmin admin;
    private BiConsumer<SimLife, Shard> planted = (life, shard) -> {};
    private String unclean = "false";
    private boolean takesAnyGeneration;
    private boolean takesKeysForOne;
    private boolean keepsLossesSecret;
    private long passes;
    private long passesCut;
    private boolean ended;
    private long ranWithoutADirectory;
    private long movesBetweenDirectories;
    private long stamps;
    private long snapshotsFetched;
    private UnaryOperator<byte[]> frames = UnaryOperator.identity();
    private final Map<ClusterTroubles.Kind, Integer> oftener = new EnumMap<>(ClusterTroubles.Kind.class);
    private boolean believesLostEpochs;
    private UUID topicId;
    private UUID compactedId;
    private UUID offsetsId;

    /** @param groupMode whether records are on disk before they are acknowledged */
    ClusterWorld(long seed, boolean groupMode) {
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
                "unclean.leader.election.enable", unclean,
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

    void snapshotFetched() {
        snapshotsFetched++;
    }

    /** Snapshots of the metadata that one node has got whole from another. */
    long snapshotsFetched() {
        return snapshotsFetched;
    }

    /** A planted bug: a broker shows the epoch of its last life although its page cache is lost (breaks rule B13). */
    ClusterWorld believingLostEpochs() {
        believesLostEpochs = true;
        return this;
    }

    /** Draws that kind of trouble so many times as often: what a planted bug needs is else met in few runs. */
    ClusterWorld oftener(ClusterTroubles.Kind kind, int times) {
        oftener.put(kind, times);
        return this;
    }

    int times(ClusterTroubles.Kind kind) {
        return oftener.getOrDefault(kind, 1);
    }

    boolean believesLostEpochs() {
        return believesLostEpochs;
    }

    /** A planted bug: the controller elects whoever lives when nobody in sync does (breaks rule I15). */
    ClusterWorld electingUncleanly() {
        unclean = "true";
        return this;
    }

    /** A planted bug: commits of earlier generations are taken as those of the present one. */
    ClusterWorld takingAnyGeneration() {
        takesAnyGeneration = true;
        return this;
    }

    void bendCommit(OffsetCommitRequestData commit) {
        String group = commit.groupId();
        if (takesAnyGeneration && commit.generationIdOrMemberEpoch() < groupLedger.latest(group)) {
            commit.setGenerationIdOrMemberEpoch(groupLedger.latest(group))
                    .setMemberId(groupLedger.memberOfLatest(group));
        }
    }

    /** A planted bug: done to each shard of each process as it is made. */
    ClusterWorld planting(BiConsumer<SimLife, Shard> bug) {
        planted = bug;
        return this;
    }

    void plant(SimLife life, Shard shard) {
        planted.accept(life, shard);
    }

    /** One line of the story of this run. */
    void tell(String what) {
        simulation.trace().tell("== +" + simulation.clock().elapsedMs() + "ms " + what);
    }

    GroupLedger groupLedger() {
        return groupLedger;
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

    /** A planted bug: compaction takes all keys for one. */
    ClusterWorld takingKeysForOne() {
        takesKeysForOne = true;
        return this;
    }

    KeyHash bent(KeyHash hash) {
        return !takesKeysForOne
                ? hash
                : new KeyHash(0, 0) {
                    @Override
                    public void of(ByteBuffer key) {
                        super.of(ByteBuffer.allocate(0));
                    }
                };
    }

    /** A process has ended that had begun so many passes, and perhaps not ended the last one. */
    void compacted(long begun, boolean cutTheLast) {
        passes += begun;
        passesCut += cutTheLast && !ended ? 1 : 0;
    }

    long passes() {
        return passes;
    }

    /** Passes that their processes did not live to end. */
    long passesCut() {
        return passesCut;
    }

    /** Does something to a member that is up, or to one that is not; false when there is none. */
    boolean anyMember(Random random, boolean up, Consumer<SimMember> action) {
        List<SimMember> eligible =
                members.stream().filter(member -> member.isUp() == up).toList();
        if (eligible.isEmpty()) {
            return false;
        }
        action.accept(eligible.get(random.nextInt(eligible.size())));
        return true;
    }

    /** A planted bug: what becomes of each frame of replication on its way. */
    ClusterWorld bending(UnaryOperator<byte[]> change) {
        frames = change;
        return this;
    }

    byte[] frame(byte[] bytes) {
        return frames.apply(bytes);
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
                                        takesKeysForOne ? topicConfigs() : compactedConfigs())),
                        false))
                .onSuccess(outcome -> {
                    topicId = outcome.topics().get(0).topicId();
                    compactedId = outcome.topics().get(1).topicId();
                    offsetsId = outcome.topics().get(2).topicId();
                    made[0] = true;
                });
        simulation.runUntil("the topics are made", STARTS_WITHIN_MS, () -> made[0]);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            produce(new SimProducer(this, FIRST_CLIENT + partition, topicId, partition, partition, false));
            new SimReader(this, FIRST_CLIENT + PARTITIONS + partition, topicId, partition, partition, false).start();
        }
        for (int i = 0; i < PRODUCERS_OF_COMPACTED; i++) {
            produce(new SimProducer(this, FIRST_OF_COMPACTED + i, compactedId, 0, COMPACTED_KEY, true));
        }
        new SimReader(this, FIRST_OF_COMPACTED + PRODUCERS_OF_COMPACTED, compactedId, 0, COMPACTED_KEY, true).start();
        for (int i = 0; i < MEMBERS; i++) {
            SimMember member = new SimMember(this, FIRST_MEMBER + i, GROUPS.get(i % GROUPS.size()));
            members.add(member);
            member.start();
        }
        admin.start();
    }

    private void produce(SimProducer producer) {
        producers.add(producer);
        producer.start();
    }

    /** Nothing of it goes on. */
    void end() {
        ended = true;
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

    /** Everything works again: then everything must, soon; afterwards all replicas are compared. */
    void healAndDemandProgress() {
        network.heal();
        network.delay(1, 5);
        for (SimBroker broker : brokers) {
            if (!broker.isUp()) {
                broker.start();
            } else {
                if (broker.isPaused()) {
                    broker.goOn();
                }
                broker.slowDisk(false);
            }
        }
        while (anyMember(simulation.random("driver"), false, SimMember::start)) {}
        admin.settle();
        if (brokers.stream().anyMatch(SimBroker::lacksWhatOthersHave)) {
            ranWithoutADirectory++;
            producersGoOn(A_FEW, "every producer goes on without a log directory");
        }
        brokers.forEach(this::mendDirectory);
        brokers.stream()
                .filter(broker -> broker.isUp() && broker.life().lacksADirectory())
                .forEach(broker -> {
                    broker.kill();
                    broker.start();
                });
        simulation.runUntil("all replicas are in sync", HEALS_WITHIN_MS, () -> {
            startWhoIsDown();
            return admin.isSettled() && canSpareDisk();
        });
        groupsSettle();
        producersGoOn(ENOUGH, "every producer goes on");
        producers.forEach(SimProducer::stop);
        simulation.runUntil("what is under way arrives", HEALS_WITHIN_MS, () -> producers.stream()
                .allMatch(SimProducer::isIdle));
        ClusterContents contents = new ClusterContents(this);
        simulation.runUntil(
                "all replicas end alike",
                HEALS_WITHIN_MS,
                () -> contents.endAlike(topicId, PARTITIONS) && contents.endAlike(compactedId, 1));
        contents.compare(topicId, PARTITIONS);
        contents.compareCompacted(compactedId, 0, COMPACTED_KEY);
        while (anyMember(simulation.random("driver"), true, SimMember::crash)) {}
        simulation.runFor(GROUPS_REST_MS);
        simulation.runUntil(
                "internal topics end alike", HEALS_WITHIN_MS, () -> contents.endAlike(offsetsId, OFFSETS_PARTITIONS));
        contents.understoodAlike(offsetsId, OFFSETS_PARTITIONS);
        contents.demandNoStrays();
    }

    private void producersGoOn(int records, String what) {
        long[] before = producers.stream().mapToLong(SimProducer::acknowledged).toArray();
        simulation.runUntil(what, HEALS_WITHIN_MS, () -> {
            startWhoIsDown();
            for (int i = 0; i < before.length; i++) {
                if (producers.get(i).acknowledged() < before[i] + records) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Whoever was about to stop when it healed has stopped. */
    private void startWhoIsDown() {
        brokers.stream().filter(broker -> !broker.isUp()).forEach(SimBroker::start);
    }

    private void mendDirectory(SimBroker broker) {
        if (broker.second() == SimBroker.Second.FINE) {
            return;
        }
        if (broker.isUp()) {
            broker.kill();
        }
        if (broker.second() == SimBroker.Second.FAILING) {
            broker.mendSecond();
        } else {
            broker.giveUpSecond();
        }
        broker.start();
    }

    void movedBetweenDirectories() {
        movesBetweenDirectories++;
    }

    /** Replicas that have been moved to another directory of their node, as it was asked. */
    long movesBetweenDirectories() {
        return movesBetweenDirectories;
    }

    /** Runs whose producers had to go on although a log directory was failing. */
    long ranWithoutADirectory() {
        return ranWithoutADirectory;
    }

    /** Every partition has one owner, commits go on, and what was acknowledged is read. */
    private void groupsSettle() {
        simulation.runUntil("every partition has one owner", HEALS_WITHIN_MS, () -> GROUPS.stream()
                .allMatch(this::isSettled));
        Map<String, Long> before = new HashMap<>();
        GROUPS.forEach(group -> before.put(group, groupLedger.acknowledged(group)));
        simulation.runUntil("every group commits", HEALS_WITHIN_MS, () -> GROUPS.stream()
                .allMatch(group -> groupLedger.acknowledged(group) > before.get(group)));
        boolean[] read = new boolean[MEMBERS];
        readAll(read);
        simulation.runUntil("what was committed is read", HEALS_WITHIN_MS, () -> all(read));
    }

    /** Again and again: a member that joins anew meanwhile does not hear the answer. */
    private void readAll(boolean[] read) {
        for (int i = 0; i < MEMBERS; i++) {
            int number = i;
            if (!read[i]) {
                members.get(i).readAll(() -> read[number] = true);
            }
        }
        if (!all(read)) {
            simulation.scheduler().after(READS_AGAIN_MS, "members read", () -> readAll(read));
        }
    }

    private static boolean all(boolean[] values) {
        for (boolean value : values) {
            if (!value) {
                return false;
            }
        }
        return true;
    }

    private boolean isSettled(String group) {
        Set<Integer> owned = new TreeSet<>();
        Set<Integer> generations = new TreeSet<>();
        int count = 0;
        for (SimMember member : members) {
            if (member.group().equals(group)) {
                owned.addAll(member.owned());
                count += member.owned().size();
                generations.add(member.generation());
            }
        }
        return count == SimMember.PARTITIONS && owned.size() == count && generations.size() == 1;
    }
}
