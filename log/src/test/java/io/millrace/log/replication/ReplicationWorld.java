package io.millrace.log.replication;

import io.millrace.log.FileSlice;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.replica.IsrAnswer;
import io.millrace.log.replica.IsrProposal;
import io.millrace.sim.Invariant;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Three nodes, their disks, the network between them and a controller, driven by one seed: {@link #storm} does harm at random,
 * {@link #heal} stops it and demands progress and equal logs.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ReplicationWorld implements Invariant {
    /** Planted on purpose, to see that the world would notice. */
    enum Bug {
        NONE,
        /** A follower vouches for what is not yet on its disk, or not even in its file. */
        VOUCHES_TOO_EARLY,
        /** A follower does not say of which epoch its last record is. */
        HIDES_ITS_EPOCH,
        /** A replica that comes back takes all that it has for committed. */
        SHOWS_ALL_IT_HAS
    }

    static final int NODES = 3;
    private static final int PARTITIONS = 3;
    private static final UUID TOPIC = new UUID(1, 2);

    record ProposalAnswered(int life, int partition, int proposalId, IsrAnswer answer) {}

    final Bug bug;
    final Simulation simulation;
    final SimNetwork<Object> network;
    final SimController controller = new SimController(NODES, PARTITIONS);
    final List<SimBroker> nodes = new ArrayList<>();
    /** Per partition, offset to value of everything that was acknowledged with acks=all. */
    final List<TreeMap<Long, Long>> acked = new ArrayList<>();

    /** Per partition, offset to value of everything that a leader has shown to consumers. */
    private final List<TreeMap<Long, Long>> shown = new ArrayList<>();

    private final Random random;
    private final List<LogConfig> configs = new ArrayList<>();
    private final Map<String, Integer> leaderOfEpoch = new HashMap<>();
    private final boolean group;
    /** How rarely harm is done. */
    private final int calm;

    private long nextValue = 1;
    private boolean healed;
    private String alarm;
    int notes;
    int crashes;

    ReplicationWorld(long seed, Bug bug) {
        this.bug = bug;
        simulation = new Simulation(seed);
        network = new SimNetwork<>(simulation);
        random = simulation.random("driver");
        group = random.nextInt(3) > 0;
        calm = 1 + random.nextInt(20);
        int minInsyncReplicas = 1 + random.nextInt(2);
        for (int p = 0; p < PARTITIONS; p++) {
            acked.add(new TreeMap<>());
            shown.add(new TreeMap<>());
            configs.add(LogConfig.from(Map.of(
                    "flush.mode",
                    group ? "group" : "page-cache",
                    "segment.bytes",
                    "1500",
                    "index.interval.bytes",
                    "200",
                    "min.insync.replicas",
                    String.valueOf(minInsyncReplicas),
                    "message.timestamp.after.max.ms",
                    String.valueOf(Long.MAX_VALUE))));
        }
        for (int id = 0; id < NODES; id++) {
            nodes.add(new SimBroker(this, id));
        }
        nodes.forEach(SimBroker::start);
        simulation.always(this);
        heartbeats();
    }

    int partitions() {
        return PARTITIONS;
    }

    TopicPartitionId partition(int p) {
        return new TopicPartitionId(TOPIC, "orders", p);
    }

    LogConfig config(int p) {
        return configs.get(p);
    }

    /** Committed records reach each node some time later, one after the other. */
    void tellRecords() {
        for (SimBroker node : nodes) {
            simulation.scheduler().after(random.nextInt(20), "record to node " + node.id, () -> {
                if (healed || random.nextInt(5) > 0) {
                    node.applyNext();
                }
                if (!node.isUpToDate() && node.isAlive()) {
                    tellRecords(node);
                }
            });
        }
    }

    private void tellRecords(SimBroker node) {
        simulation.scheduler().after(1 + random.nextInt(20), "record to node " + node.id, () -> {
            node.applyNext();
            if (!node.isUpToDate() && node.isAlive()) {
                tellRecords(node);
            }
        });
    }

    void propose(SimBroker from, int p, IsrProposal proposal) {
        int life = from.life();
        boolean lost = !healed && random.nextInt(6) == 0;
        simulation.scheduler().after(1 + random.nextInt(30), "proposal of node " + from.id, () -> {
            if (lost && random.nextBoolean()) {
                return;
            }
            int records = controller.log.size();
            IsrAnswer answer = controller.alter(from.id, p, proposal);
            if (controller.log.size() > records) {
                tellRecords();
            }
            if (answer != null && !lost) {
                network.send(from.id, from.id, new ProposalAnswered(life, p, proposal.proposalId(), answer));
            }
        });
    }

    private void heartbeats() {
        simulation.scheduler().after(30, "heartbeats", () -> {
            for (SimBroker node : nodes) {
                if (node.isReady()) {
                    int records = controller.log.size();
                    controller.unfence(node.id);
                    if (controller.log.size() > records) {
                        tellRecords();
                    }
                    node.replicas.forEach(SimReplica::giveUpWaiting);
                    node.afterEvent();
                }
            }
            heartbeats();
        });
    }

    void acknowledged(int p, long offset, long value) {
        Long other = acked.get(p).put(offset, value);
        if (other != null && other != value) {
            throw simulation.violation("AcknowledgedOnce", "offset " + offset + " is " + other + " and " + value);
        }
    }

    /** What a consumer may have read at an offset stands there for ever. */
    void shows(SimReplica replica) {
        TreeMap<Long, Long> before = shown.get(replica.partition);
        long start = replica.log().logStartOffset();
        long from = before.isEmpty() ? start : Math.max(start, before.lastKey() + 1);
        long end = replica.machine().highWatermark();
        if (from < end) {
            before.putAll(content(replica.log(), from, end));
        }
    }

    /** Whoever leads has everything that was acknowledged or shown; and no epoch has two leaders. */
    void leads(SimReplica replica, int epoch) {
        Integer other = leaderOfEpoch.putIfAbsent(replica.partition + "/" + epoch, System.identityHashCode(replica));
        if (other != null && other != System.identityHashCode(replica)) {
            throw simulation.violation("OneLeaderPerEpoch", "epoch " + epoch + " is led twice: " + replica);
        }
        demandAcknowledged(replica);
        demandShown(replica);
    }

    private void demandShown(SimReplica replica) {
        Map<Long, Long> content = content(replica.log());
        Map<Long, Long> wanted =
                shown.get(replica.partition).tailMap(replica.log().logStartOffset());
        if (!content.entrySet().containsAll(wanted.entrySet())) {
            Map<Long, Long> lost = new TreeMap<>(wanted);
            lost.entrySet().removeAll(content.entrySet());
            throw simulation.violation("ShownStays", replica + " lacks " + lost + ", which was shown\n" + this);
        }
    }

    private void demandAcknowledged(SimReplica replica) {
        Map<Long, Long> content = content(replica.log());
        Map<Long, Long> wanted =
                acked.get(replica.partition).tailMap(replica.log().logStartOffset());
        for (Map.Entry<Long, Long> one : wanted.entrySet()) {
            if (!one.getValue().equals(content.get(one.getKey()))) {
                throw simulation.violation(
                        "AcknowledgedIsAtTheLeader",
                        replica + " has " + content.get(one.getKey()) + " at acknowledged offset " + one.getKey()
                                + ", not " + one.getValue() + "\n" + this);
            }
        }
    }

    void alarm(String what) {
        alarm = what;
    }

    @Override
    public String name() {
        return "MonotonicHighWatermarkWithoutAlarms";
    }

    @Override
    public Optional<String> violation() {
        if (alarm != null) {
            return Optional.of(alarm);
        }
        for (SimBroker node : nodes) {
            for (SimReplica replica : node.replicas) {
                String fallen = replica.fallenWatermark();
                if (fallen != null) {
                    return Optional.of(fallen);
                }
                if (replica.machine().highWatermark() > replica.log().writtenEnd()) {
                    return Optional.of(replica + " shows more than it has");
                }
            }
        }
        return Optional.empty();
    }

    void storm(int actions) {
        network.delay(0, 1 + random.nextInt(5));
        network.loss(random.nextDouble() * 0.1);
        network.duplication(random.nextDouble() * 0.1);
        network.reordering(random.nextDouble() * 0.1);
        for (int i = 0; i < actions; i++) {
            act();
            int pace = random.nextInt(20);
            simulation.runFor(random.nextInt(pace == 0 ? 1_000 : pace < 10 ? 25 : 6));
        }
    }

    private void act() {
        SimBroker node = nodes.get(random.nextInt(NODES));
        int dice = random.nextInt(20);
        if (dice == 0 && random.nextInt(4) == 0) {
            node.replicas.forEach(SimBroker::deleteRecords);
            node.afterEvent();
        } else if (dice < 13) {
            for (SimReplica replica : List.copyOf(node.replicas)) {
                replica.produce(nextValue++);
            }
            node.afterEvent();
        } else if (!node.isAlive()) {
            if (dice < 17) {
                node.start();
            }
        } else if (random.nextInt(calm) == 0) {
            harm(node, dice);
        }
    }

    private void harm(SimBroker node, int dice) {
        int records = controller.log.size();
        switch (dice) {
            case 13 -> {
                if (random.nextInt(3) == 0) {
                    nodes.stream().filter(SimBroker::isAlive).forEach(this::crash);
                } else {
                    crash(node);
                }
            }
            case 14 -> controller.fence(node.id);
            case 15, 16 -> controller.moveLeader(random.nextInt(PARTITIONS), node.id);
            case 17 -> network.cut(node.id, random.nextInt(NODES));
            case 18 -> network.oneWay(node.id, random.nextInt(NODES));
            default -> {
                for (int other = 0; other < NODES; other++) {
                    network.allowAllMessagesTo(other);
                }
            }
        }
        if (controller.log.size() > records) {
            tellRecords();
        }
    }

    private void crash(SimBroker node) {
        crashes++;
        simulation.trace().note(() -> "== crash of node " + node.id);
        node.crash();
        boolean power = random.nextBoolean() && (group || !controller.isOnlyInSync(node.id));
        if (power) {
            node.disk.afterPowerLoss(random.nextBoolean() ? PowerLoss.SEEDED : PowerLoss.DROPS_UNSYNCED);
            node.lostItsCache = !group;
            if (!group) {
                // Page-cache mode promises nothing for a power loss but that the others have it: it must be out of
                // the ISR before it can be elected with less than it had.
                controller.register(node.id, true);
                tellRecords();
            }
        } else {
            node.disk.afterProcessCrash();
        }
    }

    /** A world without harm, in which everyone is in sync. */
    static ReplicationWorld calm(long seed) {
        ReplicationWorld world = new ReplicationWorld(seed, Bug.NONE);
        world.healed = true;
        world.simulation.runUntil("all in sync", 30_000, world::isHealthy);
        return world;
    }

    /** A producer sends one record to the leader of a partition. */
    void produce(int p) {
        SimBroker node = nodes.get(controller.partition(p).leaderId());
        node.replica(p).produce(nextValue++);
        node.afterEvent();
    }

    /** No more harm: everyone comes back; then a new record must be acknowledged everywhere, and all logs are equal. */
    void heal() {
        healed = true;
        network.heal();
        for (SimBroker node : nodes) {
            if (!node.isAlive()) {
                node.start();
            }
        }
        try {
            simulation.runUntil("all in sync", 30_000, this::isHealthy);
            long before = ackedCount();
            for (int p = 0; p < PARTITIONS; p++) {
                SimBroker node = nodes.get(controller.partition(p).leaderId());
                node.replica(p).produce(nextValue++);
                node.afterEvent();
            }
            simulation.runUntil("a record acknowledged everywhere", 20_000, () -> ackedCount() == before + PARTITIONS);
            simulation.runUntil("equal again", 20_000, this::isHealthy);
        } catch (AssertionError stuck) {
            throw new AssertionError(stuck.getMessage() + "\n" + this, stuck);
        }
        for (int p = 0; p < PARTITIONS; p++) {
            TreeMap<Long, Long> first = content(nodes.get(0).replica(p).log());
            for (SimBroker node : nodes) {
                demandAcknowledged(node.replica(p));
                TreeMap<Long, Long> other = content(node.replica(p).log());
                long start = Math.max(
                        nodes.get(0).replica(p).log().logStartOffset(),
                        node.replica(p).log().logStartOffset());
                if (!first.tailMap(start).equals(other.tailMap(start))) {
                    throw simulation.violation("LogsAreEqual", "partition " + p + " differs\n" + this);
                }
            }
        }
    }

    long ackedCount() {
        return acked.stream().mapToLong(TreeMap::size).sum();
    }

    /** Everyone is in sync, has the same end, and shows all of it. */
    boolean isHealthy() {
        if (!nodes.stream().allMatch(node -> node.isReady() && node.isUpToDate())) {
            return false;
        }
        for (int p = 0; p < PARTITIONS; p++) {
            int leader = controller.partition(p).leaderId();
            if (leader < 0 || controller.partition(p).isr().length < NODES) {
                return false;
            }
            for (SimBroker node : nodes) {
                long end = nodes.get(leader).replica(p).log().assignedEnd();
                SimReplica replica = node.replica(p);
                if (replica.log().writtenEnd() != end || replica.machine().highWatermark() != end) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Offset to value of all that is written. */
    static TreeMap<Long, Long> content(PartitionLog log) {
        return content(log, log.logStartOffset(), log.writtenEnd());
    }

    private static TreeMap<Long, Long> content(PartitionLog log, long from, long end) {
        TreeMap<Long, Long> values = new TreeMap<>();
        long offset = from;
        while (offset < end) {
            for (ByteBuffer batches : read(log, offset, end)) {
                for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                    offset = BatchHeader.nextOffset(batches, at);
                    values.put(BatchHeader.baseOffset(batches, at), value(batches, at));
                }
            }
        }
        return values;
    }

    private static long value(ByteBuffer batches, int at) {
        try (RecordCursor cursor = RecordCursor.read(batches, at, 1_000)) {
            cursor.next();
            return cursor.value().getLong(cursor.value().position());
        }
    }

    private static List<ByteBuffer> read(PartitionLog log, long offset, long end) {
        ReadOutcome outcome = log.read(offset, end, 10_000, true);
        List<ByteBuffer> found = new ArrayList<>();
        try {
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                for (Payload payload : memory.batches()) {
                    found.add(payload.bytes().slice());
                    payload.release();
                }
            } else if (outcome instanceof ReadOutcome.FromDisk cold) {
                FileSlice slice = cold.read().load();
                ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
                slice.readInto(bytes);
                slice.release();
                found.add(bytes.flip());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (found.isEmpty()) {
            throw new IllegalStateException(log.id() + " serves nothing at " + offset + ": " + outcome);
        }
        return found;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int p = 0; p < PARTITIONS; p++) {
            text.append(controller.partition(p))
                    .append(" isr ")
                    .append(java.util.Arrays.toString(controller.partition(p).isr()))
                    .append('\n');
        }
        nodes.forEach(node -> text.append(node).append('\n'));
        return text.toString();
    }
}
