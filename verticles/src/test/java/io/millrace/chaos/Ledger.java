package io.millrace.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a load was told: acknowledgements, refusals, what its consumer saw, and how long each partition went without an
 * acknowledgement.
 *
 * <p>Thread: any; every method is synchronized.
 */
final class Ledger {
    private final List<Map<Long, String>> acknowledged = new ArrayList<>();
    /** Acknowledged without an offset: what comes again late is in the log, and nobody knows where. */
    private final List<List<String>> somewhere = new ArrayList<>();

    private final List<Map<Long, String>> read = new ArrayList<>();
    private final long[] lastRead;
    private final long[] lastAckNanos;
    private final long[] longestGapNanos;
    private final Map<String, Integer> refusals = new HashMap<>();
    private final ConcurrentLinkedQueue<String> anomalies = new ConcurrentLinkedQueue<>();
    private final boolean offsetsMayComeAgain;
    private long count;

    /** {@code offsetsMayComeAgain}: what was acknowledged may be lost, then its offset is given to another record. */
    Ledger(int partitions, boolean offsetsMayComeAgain) {
        this.offsetsMayComeAgain = offsetsMayComeAgain;
        for (int i = 0; i < partitions; i++) {
            acknowledged.add(new HashMap<>());
            somewhere.add(new ArrayList<>());
            read.add(new HashMap<>());
        }
        lastRead = new long[partitions];
        Arrays.fill(lastRead, -1);
        lastAckNanos = new long[partitions];
        longestGapNanos = new long[partitions];
    }

    synchronized void acknowledged(int partition, long offset, String value) {
        String before = null;
        if (offset >= 0) {
            before = acknowledged.get(partition).put(offset, value);
        } else {
            somewhere.get(partition).add(value);
        }
        if (before != null && !offsetsMayComeAgain) {
            anomalies.add(
                    "offset " + offset + " of " + partition + " was acknowledged for " + before + " and " + value);
        }
        count++;
        long now = System.nanoTime();
        if (lastAckNanos[partition] != 0) {
            longestGapNanos[partition] = Math.max(longestGapNanos[partition], now - lastAckNanos[partition]);
        }
        lastAckNanos[partition] = now;
    }

    synchronized void refused(int partition, String value, Exception why) {
        refusals.merge(why.getClass().getSimpleName(), 1, Integer::sum);
    }

    synchronized void read(int partition, long offset, String value) {
        if (offset <= lastRead[partition]) {
            anomalies.add("the consumer of " + partition + " went back from " + lastRead[partition] + " to " + offset);
        }
        lastRead[partition] = offset;
        read.get(partition).put(offset, value);
    }

    /** Gaps count from here on: what comes before the fault is not the fault's. */
    synchronized void startGaps() {
        Arrays.fill(longestGapNanos, 0);
        Arrays.fill(lastAckNanos, System.nanoTime());
    }

    /** The longest time without an acknowledgement, in ms, over these partitions, since {@link #startGaps}. */
    synchronized long longestGapMs(List<Integer> partitions) {
        return partitions.stream().mapToLong(p -> longestGapNanos[p]).max().orElse(0) / 1_000_000;
    }

    synchronized long count() {
        return count;
    }

    /** Acknowledgements per partition, to see that each goes on. */
    synchronized long[] counts() {
        return acknowledged.stream().mapToLong(Map::size).toArray();
    }

    synchronized Map<Long, String> acknowledgedOf(int partition) {
        return new HashMap<>(acknowledged.get(partition));
    }

    synchronized List<String> acknowledgedSomewhereOf(int partition) {
        return List.copyOf(somewhere.get(partition));
    }

    synchronized Map<Long, String> readOf(int partition) {
        return new HashMap<>(read.get(partition));
    }

    synchronized Map<String, Integer> refusals() {
        return new HashMap<>(refusals);
    }

    List<String> anomalies() {
        return List.copyOf(anomalies);
    }
}
