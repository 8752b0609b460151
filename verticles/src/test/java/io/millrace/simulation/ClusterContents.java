package io.millrace.simulation;

import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.segment.PartitionRemoval;
import io.millrace.sim.Simulation;
import io.millrace.verticles.shard.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What lies on the disks of a cluster that has come to rest.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterContents {
    private static final long READS_WITHIN_MS = 10_000;
    private static final int PIECE_BYTES = 1 << 16;

    private final ClusterWorld world;
    private final Simulation simulation;

    ClusterContents(ClusterWorld world) {
        this.world = world;
        this.simulation = world.simulation();
    }

    private static Replica replica(SimBroker broker, UUID topicId, int partition) {
        return broker.life().shards().of(topicId, partition).replica(topicId, partition);
    }

    /** Whether the replicas of each partition end at one offset, and know that it is committed. */
    boolean endAlike(UUID topicId, int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            long end = -1;
            for (SimBroker broker : world.brokers()) {
                Replica replica = replica(broker, topicId, partition);
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

    /** Each replica of a compacted topic has the last of each key that clients were told. */
    void compareCompacted(UUID topicId, int partition, int ledgerKey) {
        for (SimBroker broker : world.brokers()) {
            world.ledger().demandLastOfKeys(ledgerKey, all(broker, topicId, partition));
        }
    }

    /** All replicas of an internal topic would be understood alike, whatever each has left out. */
    void understoodAlike(UUID topicId, int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            Map<String, SimRecord> first = null;
            for (SimBroker broker : world.brokers()) {
                Map<String, SimRecord> last = new TreeMap<>();
                all(broker, topicId, partition).forEach(record -> last.put(record.key(), record));
                if (first == null) {
                    first = last;
                } else if (!first.equals(last)) {
                    throw simulation.violation(
                            "InternalTopicsAreAlike",
                            "partition " + partition + " of node " + broker.id() + " differs from node 1's: "
                                    + differing(first, last));
                }
            }
        }
    }

    private static String differing(Map<String, SimRecord> one, Map<String, SimRecord> other) {
        Set<SimRecord> all = new LinkedHashSet<>(one.values());
        all.addAll(other.values());
        all.removeIf(record -> record.equals(one.get(record.key())) && record.equals(other.get(record.key())));
        return all.toString();
    }

    private List<SimRecord> all(SimBroker broker, UUID topicId, int partition) {
        PartitionLog log = replica(broker, topicId, partition).log();
        return records(log, log.logStartOffset());
    }

    /** All replicas have the same records, from where all of them begin, and everything that clients were told. */
    void compare(UUID topicId, int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            long start = 0;
            for (SimBroker broker : world.brokers()) {
                start = Math.max(
                        start, replica(broker, topicId, partition).log().logStartOffset());
            }
            List<SimRecord> first = null;
            for (SimBroker broker : world.brokers()) {
                List<SimRecord> records =
                        records(replica(broker, topicId, partition).log(), start);
                if (first == null) {
                    first = records;
                    world.ledger().demand(partition, records);
                } else if (!first.equals(records)) {
                    throw simulation.violation(
                            "ReplicasAreAlike",
                            "partition " + partition + " of node " + broker.id() + " differs from node 1's: "
                                    + records.size() + " and " + first.size() + " records");
                }
            }
        }
    }

    private List<SimRecord> records(PartitionLog log, long start) {
        List<SimRecord> records = new ArrayList<>();
        long[] next = {start};
        long end = log.writtenEnd();
        while (next[0] < end) {
            ReadOutcome outcome = log.read(next[0], end, PIECE_BYTES, true);
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
                                    records.addAll(SimRecord.in(SimBroker.bytesOf(slice)));
                                    next[0] = slice.nextOffset();
                                    slice.release();
                                    done[0] = true;
                                },
                                failure -> {
                                    throw new IllegalStateException(log.id() + " cannot be read: " + failure);
                                });
                simulation.runUntil("a read from disk", READS_WITHIN_MS, () -> done[0]);
            } else {
                throw new IllegalStateException(log.id() + ": " + outcome);
            }
        }
        records.removeIf(record -> record.offset() < start);
        return records;
    }

    /** What belongs to no topic any more is gone, or set aside to be removed. */
    void demandNoStrays() {
        simulation.runUntil("folders of deleted topics are gone", READS_WITHIN_MS, () -> strays().isEmpty());
    }

    private List<String> strays() {
        List<String> strays = new ArrayList<>();
        for (SimBroker broker : world.brokers()) {
            try {
                for (Path directory : SimBroker.DIRECTORIES) {
                    for (Path path : broker.disk().list(directory)) {
                        String name = path.getFileName().toString();
                        if (name.startsWith(SimAdmin.CHURNED + "-") && !PartitionRemoval.isSetAside(name)) {
                            strays.add("node " + broker.id() + ": " + path);
                        }
                    }
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return strays;
    }
}
