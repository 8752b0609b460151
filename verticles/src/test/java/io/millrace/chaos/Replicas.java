package io.millrace.chaos;

import io.millrace.log.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Compares what the nodes have on their disks when a story is over. Replicas of a log hold the same bytes up to the high
 * watermark, leader epochs included; of a compacted one, which each node cleans by itself, the same last record of each
 * key. What the quorum has decided is the same on all of them as far as they have it.
 *
 * <p>Thread: the run's main.
 */
final class Replicas {
    private static final String METADATA = "__cluster_metadata";
    private static final String OFFSETS = "__consumer_offsets";
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ChaosCluster cluster;
    private final List<String> findings = new ArrayList<>();

    private Replicas(ChaosCluster cluster) {
        this.cluster = cluster;
    }

    /** One line for each partition whose replicas differ; {@code ends} are the topic's high watermarks. */
    static List<String> differences(ChaosCluster cluster, String topic, long[] ends, boolean isCompacted) {
        Replicas replicas = new Replicas(cluster);
        for (int partition = 0; partition < ends.length; partition++) {
            long end = ends[partition];
            replicas.settle(topic, partition, logs -> isCompacted ? compacted(logs, end) : same(logs, end));
        }
        for (int partition = 0; partition < ChaosCluster.OFFSETS_PARTITIONS; partition++) {
            replicas.settle(
                    OFFSETS, partition, logs -> compacted(logs, logs.get(0).end()));
        }
        replicas.settle(METADATA, 0, Replicas::sameRecords);
        return replicas.findings;
    }

    private interface Rule {
        /** What differs, or null. */
        String broken(List<StoredLog> logs);
    }

    /** Followers write a little later than the last acknowledgement, and cleaning moves files: it may take a while. */
    private void settle(String topic, int partition, Rule rule) {
        long deadline = System.nanoTime() + SETTLE_NANOS;
        String broken;
        do {
            broken = look(topic, partition, rule);
            if (broken == null) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        } while (System.nanoTime() < deadline);
        findings.add("replicas of " + topic + "-" + partition + ": " + broken);
    }

    private String look(String topic, int partition, Rule rule) {
        List<StoredLog> logs = new ArrayList<>();
        try {
            for (ChaosNode node : cluster.nodes()) {
                StoredLog log = StoredLog.read(node.data(), topic, partition);
                if (log.damage() != null) {
                    return log.damage();
                }
                logs.add(log);
            }
        } catch (IOException moved) {
            return moved.toString();
        }
        return rule.broken(logs);
    }

    static String same(List<StoredLog> logs, long to) {
        List<ByteBuffer> first = logs.get(0).below(to);
        List<String> epochs = logs.get(0).epochs(to);
        for (int i = 0; i < logs.size(); i++) {
            StoredLog log = logs.get(i);
            if (log.end() < to) {
                return "that of node " + (i + 1) + " ends at " + log.end() + ", below the watermark " + to;
            }
            List<ByteBuffer> other = log.below(to);
            for (int batch = 0; batch < Math.min(first.size(), other.size()); batch++) {
                if (!first.get(batch).equals(other.get(batch))) {
                    return "node 1 has " + told(first.get(batch)) + ", node " + (i + 1) + " " + told(other.get(batch));
                }
            }
            if (first.size() != other.size()) {
                return "node 1 has " + first.size() + " batches, node " + (i + 1) + " " + other.size();
            }
            if (!log.epochs(to).equals(epochs)) {
                return "epochs of node 1 " + epochs + ", of node " + (i + 1) + " " + log.epochs(to);
            }
            if (log.damage() != null) {
                return log.damage() + " on node " + (i + 1);
            }
        }
        return null;
    }

    private static String told(ByteBuffer batch) {
        return "the batch " + BatchHeader.baseOffset(batch, 0) + " to " + BatchHeader.lastOffset(batch, 0)
                + " of epoch " + BatchHeader.leaderEpoch(batch, 0) + ", " + batch.remaining() + " bytes, checksum "
                + Integer.toHexString(BatchHeader.crc(batch, 0));
    }

    /**
     * A node that copied a snapshot begins later, and one that is a record behind ends earlier. Each node writes these
     * records in batches and with times of its own.
     */
    static String sameRecords(List<StoredLog> logs) {
        long from = logs.stream().mapToLong(StoredLog::start).max().orElse(0);
        long to = logs.stream().mapToLong(StoredLog::end).min().orElse(0);
        return from >= to ? "nothing is on all of them" : alike(logs, log -> log.records(from, to));
    }

    static String compacted(List<StoredLog> logs, long end) {
        for (int i = 0; i < logs.size(); i++) {
            if (logs.get(i).end() != end) {
                return "that of node " + (i + 1) + " ends at " + logs.get(i).end() + ", not at " + end;
            }
        }
        return alike(logs, StoredLog::lastOfEachKey);
    }

    private static <K> String alike(List<StoredLog> logs, Function<StoredLog, SortedMap<K, String>> view) {
        SortedMap<K, String> first = view.apply(logs.get(0));
        for (int i = 1; i < logs.size(); i++) {
            SortedMap<K, String> other = view.apply(logs.get(i));
            SortedMap<K, String> all = new TreeMap<>(first);
            all.putAll(other);
            for (K key : all.keySet()) {
                if (!Objects.equals(first.get(key), other.get(key))) {
                    return "node 1 has " + first.get(key) + ", node " + (i + 1) + " " + other.get(key);
                }
            }
        }
        return null;
    }
}
