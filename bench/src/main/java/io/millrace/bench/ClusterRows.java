package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Rows 7, 8, 10, 13, 19 and 20: three nodes on this machine, one cluster after the other, since both together would not leave
 * either enough of two cores.
 *
 * <p>Thread: main.
 */
final class ClusterRows {
    static final Set<Integer> ROWS = Set.of(7, 8, 10, 13, 19, 20);

    private static final int LATENCY_S = 10;

    private ClusterRows() {}

    static void run(Path project, Path work, Path tools, Options options, Set<Integer> rows, Results results)
            throws Exception {
        for (int round = 0; round < options.rounds(); round++) {
            for (ClusterPeer peer : List.of(new KafkaCluster(work, tools), new MillraceCluster(work, project))) {
                if (!options.wants(peer.name())) {
                    continue;
                }
                try (peer) {
                    double start = peer.startEmpty();
                    if (rows.contains(13)) {
                        results.add(peer.name(), "13 three nodes, exec to first acked produce", "s", "0.25x", start);
                    }
                    load(peer, options, rows, results);
                    failover(peer, options, rows, results);
                }
            }
        }
    }

    private static void load(ClusterPeer peer, Options options, Set<Integer> rows, Results results) throws Exception {
        if (rows.contains(7) || rows.contains(8) || rows.contains(10)) {
            peer.createTopic("warm", RawProduce.PARTITIONS);
            new ClusterLoad(peer, "warm").run(options.warmBytes() / 2, 15);
            new ClusterLoad(peer, "warm").run(options.warmBytes() / 2, 255);
        }
        if (rows.contains(7)) {
            peer.createTopic("row7", RawProduce.PARTITIONS);
            Quiet.await();
            Measured measured = new ClusterLoad(peer, "row7").run(options.loadBytes() / 2, 255);
            results.add(
                    peer.name(),
                    "7 RF 3, 256 KiB batches, CPU of all",
                    "CPU-s/GB",
                    "0.25x",
                    measured.cpuSecondsPerGb());
            results.add(peer.name(), "7 its rate", "MB/s", "2x", measured.megabytesPerSecond());
        }
        if (rows.contains(8)) {
            peer.createTopic("row8", RawProduce.PARTITIONS);
            Quiet.await();
            Measured measured = new ClusterLoad(peer, "row8").run(options.loadBytes() / 4, 15);
            results.add(
                    peer.name(), "8 RF 3, 16 KiB batches, CPU of all", "CPU-s/GB", "0.25x", measured.cpuSecondsPerGb());
            results.add(peer.name(), "8 its rate", "MB/s", "3x", measured.megabytesPerSecond());
        }
        if (rows.contains(10)) {
            peer.createTopic("row10", RawProduce.PARTITIONS);
            Quiet.await();
            double[] sorted = new ClusterLoad(peer, "row10").latencies(LATENCY_S);
            results.add(
                    peer.name(),
                    "10 ack latency RF 3 at 5 MB/s, p50",
                    "ms",
                    "0.25x",
                    AckLatency.percentile(sorted, 50));
            results.add(
                    peer.name(),
                    "10 ack latency RF 3 at 5 MB/s, p99",
                    "ms",
                    "0.25x",
                    AckLatency.percentile(sorted, 99));
        }
    }

    private static void failover(ClusterPeer peer, Options options, Set<Integer> rows, Results results)
            throws Exception {
        for (int i = 0; i < options.kills(peer.name()); i++) {
            if (rows.contains(19)) {
                add(
                        results,
                        peer,
                        "19 kill -9 of a leader",
                        "≤ 1.0 s",
                        new Failover(peer, "row19-leader-" + i).stopLeader(false, false));
                add(
                        results,
                        peer,
                        "19 kill -9 of a leader that is the controller",
                        "≤ 1.0 s",
                        new Failover(peer, "row19-controller-" + i).stopLeader(true, false));
            }
            if (rows.contains(20)) {
                add(
                        results,
                        peer,
                        "20 SIGTERM of a leader",
                        "≤ 0.1 s",
                        new Failover(peer, "row20-leader-" + i).stopLeader(false, true));
                add(
                        results,
                        peer,
                        "20 SIGTERM of a leader that is the controller",
                        "≤ 0.1 s",
                        new Failover(peer, "row20-controller-" + i).stopLeader(true, true));
            }
        }
    }

    private static void add(Results results, ClusterPeer peer, String what, String goal, Failover.Outcome outcome) {
        results.add(peer.name(), what + ", gap in acks", "s", goal, outcome.gapSeconds());
        results.add(peer.name(), what + ", gap in acks while it comes back", "s", "-", outcome.returnSeconds());
        results.add(peer.name(), what + ", records given up", "", "0", outcome.refused());
    }
}
