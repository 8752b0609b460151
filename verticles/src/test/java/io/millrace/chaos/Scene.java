package io.millrace.chaos;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * What a story works with: the cluster under load and a few verbs.
 *
 * <p>Thread: the run's main.
 */
final class Scene {
    private static final int ENOUGH_ACKS = 20;

    private final ChaosCluster cluster;
    private final String topic;
    private final Ledger ledger;
    private final List<GroupLoad> groups;
    private final boolean isShort;
    private List<Integer> touched = IntStream.range(0, Load.PARTITIONS).boxed().toList();

    Scene(ChaosCluster cluster, String topic, Ledger ledger, List<GroupLoad> groups, boolean isShort) {
        this.cluster = cluster;
        this.topic = topic;
        this.ledger = ledger;
        this.groups = groups;
        this.isShort = isShort;
    }

    Network network() {
        return cluster.network();
    }

    ChaosCluster cluster() {
        return cluster;
    }

    /** The leader of partition 0, which is what "the leader" means in a story. */
    ChaosNode leader() {
        ChaosNode[] found = new ChaosNode[1];
        cluster.until("partition 0 has a leader", () -> {
            found[0] = cluster.leader(topic, 0).orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    ChaosNode controller() {
        return cluster.controller();
    }

    /** The coordinator of the story's first group. */
    ChaosNode coordinator() {
        return cluster.coordinator(groups.get(0).ledger().group());
    }

    ChaosNode oldest() {
        return cluster.oldest();
    }

    /** Neither the leader of partition 0 nor the controller. */
    ChaosNode bystander() {
        ChaosNode leader = leader();
        ChaosNode controller = controller();
        return cluster.nodes().stream()
                .filter(node -> node != leader && node != controller)
                .findFirst()
                .orElseThrow();
    }

    ChaosNode other(ChaosNode... than) {
        return cluster.nodes().stream()
                .filter(node -> !List.of(than).contains(node))
                .findFirst()
                .orElseThrow();
    }

    /** From here on gaps are the fault's; those of the partitions that the node leads are held to the goal. */
    void faultOf(ChaosNode node) {
        touched = cluster.ledBy(topic, node.id());
        ledger.startGaps();
    }

    List<Integer> touched() {
        return touched;
    }

    /** Lets the fault last. */
    void last() {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(isShort ? 4 : 12));
    }

    /** Until every partition has been acknowledged some more. */
    void awaitProgress() {
        long[] before = ledger.counts();
        cluster.until("every partition is acknowledged again", () -> {
            long[] now = ledger.counts();
            for (int partition = 0; partition < now.length; partition++) {
                if (now[partition] < before[partition] + ENOUGH_ACKS) {
                    return false;
                }
            }
            return true;
        });
    }

    void awaitWhole() {
        cluster.awaitWhole(topic);
    }
}
