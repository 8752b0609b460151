package io.millrace.simulation;

import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.quorum.VoterAddress;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import io.millrace.verticles.shard.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A cluster of three, its network, its clients, and the truth about what they were told.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterWorld {
    static final int NODES = 3;
    static final int PARTITIONS = 3;

    private static final String TOPIC = "t";
    private static final int FIRST_CLIENT = 100;
    private static final long STARTS_WITHIN_MS = 30_000;
    private static final long HEALS_WITHIN_MS = 60_000;

    private final Simulation simulation;
    private final SimNetwork<SimMessage> network;
    private final ClusterLedger ledger;
    private final boolean groupMode;
    private final List<SimBroker> brokers = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private UnaryOperator<byte[]> frames = UnaryOperator.identity();
    private boolean believesLostEpochs;
    private UUID topicId;

    /** @param groupMode whether records are on disk before they are acknowledged */
    ClusterWorld(long seed, boolean groupMode) {
        this.simulation = new Simulation(seed);
        this.network = new SimNetwork<>(simulation);
        this.ledger = new ClusterLedger(simulation);
        this.groupMode = groupMode;
        for (int id = 1; id <= NODES; id++) {
            brokers.add(new SimBroker(this, id));
        }
        simulation
                .always(new ClusterInvariants.OneLeaderAnEpoch(this))
                .always(new ClusterInvariants.WatermarkNeverFalls(this))
                .always(new ClusterInvariants.LeadersAreComplete(this));
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
        return Map.of("min.insync.replicas", "2", "default.replication.factor", "3");
    }

    long lagTimeMaxMs() {
        return 1_500;
    }

    /** Small, so that snapshots are made and fetched. */
    long snapshotBytes() {
        return 4_000;
    }

    /** A planted bug: a broker shows the epoch of its last life although its page cache is lost (breaks rule B13). */
    ClusterWorld believingLostEpochs() {
        believesLostEpochs = true;
        return this;
    }

    boolean believesLostEpochs() {
        return believesLostEpochs;
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
        Map<String, String> configs = groupMode ? Map.of("flush.mode", "group") : Map.of("flush.mode", "page-cache");
        boolean[] made = new boolean[1];
        brokers.get(simulation.random("driver").nextInt(NODES))
                .life()
                .gateway()
                .submit(new CreateTopics(List.of(CreateTopics.NewTopic.of(TOPIC, PARTITIONS, NODES, configs)), false))
                .onSuccess(outcome -> {
                    topicId = outcome.topics().get(0).topicId();
                    made[0] = true;
                });
        simulation.runUntil("the topic is made", STARTS_WITHIN_MS, () -> made[0]);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            SimProducer producer = new SimProducer(this, FIRST_CLIENT + partition, topicId, partition);
            producers.add(producer);
            producer.start();
            new SimReader(this, FIRST_CLIENT + PARTITIONS + partition, topicId, partition).start();
        }
    }

    /** The partitions as the node that knows most has them; null while nobody knows. */
    TopicImage newestTopic() {
        MetadataImage newest = null;
        for (SimBroker broker : brokers) {
            if (broker.isUp() && (newest == null || broker.life().image().highestOffset() > newest.highestOffset())) {
                newest = broker.life().image();
            }
        }
        return newest == null || topicId == null ? null : newest.topic(topicId);
    }

    /** Whether every partition would still have an in-sync replica that is up without this node. */
    boolean canSpareDisk(int node) {
        TopicImage topic = newestTopic();
        if (topic == null || brokers.stream().anyMatch(broker -> !broker.isServing())) {
            return false;
        }
        for (PartitionImage partition : topic.partitions()) {
            if (partition.isr().length < NODES) {
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
            }
        }
        simulation.runUntil("all replicas are in sync", HEALS_WITHIN_MS, this::isWhole);
        long[] before = producers.stream().mapToLong(SimProducer::acknowledged).toArray();
        simulation.runUntil("every producer goes on", HEALS_WITHIN_MS, () -> {
            for (int i = 0; i < before.length; i++) {
                if (producers.get(i).acknowledged() < before[i] + 20) {
                    return false;
                }
            }
            return true;
        });
        producers.forEach(SimProducer::stop);
        simulation.runUntil("what is under way arrives", HEALS_WITHIN_MS, () -> producers.stream()
                .allMatch(SimProducer::isIdle));
        simulation.runUntil("all replicas end alike", HEALS_WITHIN_MS, this::endAlike);
        compareReplicas();
    }

    private boolean isWhole() {
        TopicImage topic = newestTopic();
        if (topic == null || !brokers.stream().allMatch(SimBroker::isServing)) {
            return false;
        }
        for (PartitionImage partition : topic.partitions()) {
            if (!partition.hasLeader() || partition.isr().length < NODES) {
                return false;
            }
        }
        return true;
    }

    private Replica replica(SimBroker broker, int partition) {
        return broker.life().shards().of(topicId, partition).replica(topicId, partition);
    }

    private boolean endAlike() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long end = -1;
            for (SimBroker broker : brokers) {
                Replica replica = replica(broker, partition);
                if (replica == null || (end >= 0 && replica.log().writtenEnd() != end)) {
                    return false;
                }
                end = replica.log().writtenEnd();
                if (replica.machine().highWatermark() != end) {
                    return false;
                }
            }
        }
        return true;
    }

    private void compareReplicas() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<SimRecord> first = null;
            for (SimBroker broker : brokers) {
                List<SimRecord> records = contentOf(replica(broker, partition).log());
                if (first == null) {
                    first = records;
                    ledger.demand(partition, records);
                } else if (!first.equals(records)) {
                    throw simulation.violation(
                            "ReplicasAreAlike",
                            "partition " + partition + " of node " + broker.id() + " differs from node 1's: "
                                    + records.size() + " and " + first.size() + " records");
                }
            }
        }
    }

    private List<SimRecord> contentOf(PartitionLog log) {
        List<SimRecord> records = new ArrayList<>();
        long[] next = {log.logStartOffset()};
        while (next[0] < log.writtenEnd()) {
            ReadOutcome outcome = log.read(next[0], log.writtenEnd(), 1 << 16, true);
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                for (Payload payload : memory.batches()) {
                    byte[] bytes = new byte[payload.sizeBytes()];
                    payload.bytes().duplicate().get(bytes);
                    records.addAll(SimRecord.in(bytes));
                    payload.release();
                }
                next[0] = memory.nextOffset();
            } else if (outcome instanceof ReadOutcome.FromDisk disk) {
                boolean[] done = new boolean[1];
                disk.read()
                        .submit(
                                slice -> {
                                    records.addAll(SimRecord.in(brokers.get(0).bytesOf(slice)));
                                    next[0] = slice.nextOffset();
                                    slice.release();
                                    done[0] = true;
                                },
                                failure -> {
                                    throw new IllegalStateException(log.id() + " cannot be read: " + failure);
                                });
                simulation.runUntil("a read from disk", HEALS_WITHIN_MS, () -> done[0]);
            } else {
                throw new IllegalStateException(log.id() + ": " + outcome);
            }
        }
        return records;
    }
}
