package io.millrace.client.consume;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which nodes are asked for which partitions next: those of whose partitions little is left here.
 *
 * <p>Thread: the consumer's context; for one turn.
 */
final class NextReads {
    /** Sends a read. */
    interface Sender {
        /** @param nodes how many of them are asked in this turn */
        void read(int node, List<PartitionBuffer> partitions, int nodes);
    }

    private final int littleBytes;
    private final Map<Integer, Integer> hereBytes = new TreeMap<>();
    private final Map<Integer, List<PartitionBuffer>> ready = new TreeMap<>();
    private final Set<String> leaderless = new LinkedHashSet<>();

    /** @param littleBytes with so many a node is not asked */
    NextReads(int littleBytes) {
        this.littleBytes = littleBytes;
    }

    /** Whether so much of one partition is here that it need not be read, whatever there is of others. */
    boolean isEnough(int bytes) {
        return bytes >= littleBytes;
    }

    /** Of a partition that this node leads so much is here. */
    void isHere(int node, int bytes) {
        hereBytes.merge(node, bytes, Integer::sum);
    }

    /** A partition that this node leads, and that nobody is asked for now. */
    void mayRead(int node, PartitionBuffer partition) {
        ready.computeIfAbsent(node, first -> new ArrayList<>()).add(partition);
    }

    /** A partition of this topic could be read if it were known where. */
    void hasNoLeader(String topic) {
        leaderless.add(topic);
    }

    Set<String> leaderless() {
        return leaderless;
    }

    void forEach(Sender sender) {
        ready.keySet().removeIf(node -> isEnough(hereBytes.getOrDefault(node, 0)));
        ready.forEach((node, partitions) -> sender.read(node, partitions, ready.size()));
    }
}
