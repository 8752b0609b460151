package io.millrace.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two builds of Millrace (or more), loaded in turn: {@code bin/bench compare [--rows 7,8] [--rounds N] [--gb X] [--warm-gb X]
 * PROJECT_FOLDER...}, each a folder with {@code bin} and a built {@code verticles/target}. Prints of each run the CPU time per
 * gigabyte by kind of thread, the rate or the latencies; then each build's least, which is what a busy machine says most
 * truly.
 *
 * <p>Rows: 1 to 4 and 9 of one node, 7, 8 and 10 of three.
 *
 * <p>Thread: main.
 */
final class Compare {
    private static final int LATENCY_S = 6;

    private final Options options;
    private final Map<String, List<double[]>> least = new LinkedHashMap<>();

    private Compare(Options options) {
        this.options = options;
    }

    static void run(Options options, Path work, List<Path> builds) throws Exception {
        Compare compare = new Compare(options);
        if (options.rows().stream().anyMatch(ClusterRows.ROWS::contains)) {
            compare.clusters(work, builds);
        }
        if (options.rows().stream().anyMatch(row -> row <= 4 || row == 9)) {
            compare.nodes(work, builds);
        }
        System.out.println("least: CPU-s/GB without compilers; most: MB/s (or ms, least)");
        compare.least.forEach((what, runs) -> System.out.printf(
                "%-28s %7.2f %8.2f%n",
                what,
                runs.stream().mapToDouble(run -> run[0]).min().orElse(0),
                what.contains("ms")
                        ? runs.stream().mapToDouble(run -> run[1]).min().orElse(0)
                        : runs.stream().mapToDouble(run -> run[1]).max().orElse(0)));
    }

    private void clusters(Path work, List<Path> builds) throws Exception {
        List<ClusterPeer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < builds.size(); i++) {
                ClusterPeer peer = MillraceCluster.patient(work.resolve("compare-" + i), builds.get(i));
                peers.add(peer);
                peer.startEmpty();
                peer.createTopic("warm", RawProduce.PARTITIONS);
                whole(peer, "warm");
                new ClusterLoad(peer, "warm").run(options.warmBytes() / 3, 15);
                new ClusterLoad(peer, "warm").run(options.warmBytes() * 2 / 3, 255);
                peer.deleteTopic("warm");
                System.out.printf(
                        "%c warm %s%n", 'A' + i, ThreadTimes.of(peer.pids()).text(options.warmBytes() / 1e9));
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (int i = 0; i < peers.size(); i++) {
                    cluster(peers.get(i), (char) ('A' + i) + "", round);
                }
            }
        } finally {
            peers.forEach(ClusterPeer::close);
        }
    }

    /** Until every node is likely to have what the one that was asked has. */
    private static void whole(ClusterPeer peer, String topic) throws Exception {
        peer.leaders(topic, RawProduce.PARTITIONS);
        Pause.ms(1000);
    }

    private void cluster(ClusterPeer peer, String build, int round) throws Exception {
        for (int row : new int[] {7, 8}) {
            if (options.rows().contains(row)) {
                String topic = "row" + row + "-" + round;
                peer.createTopic(topic, RawProduce.PARTITIONS);
                ClusterLoad load = new ClusterLoad(peer, topic);
                whole(peer, topic);
                Quiet.await();
                ThreadTimes before = ThreadTimes.of(peer.pids());
                Measured measured =
                        load.run(row == 7 ? options.loadBytes() : options.loadBytes() / 2, row == 7 ? 255 : 15);
                note(build, row, measured, ThreadTimes.of(peer.pids()).since(before));
                peer.deleteTopic(topic);
            }
        }
        if (options.rows().contains(10)) {
            String topic = "row10-" + round;
            peer.createTopic(topic, RawProduce.PARTITIONS);
            peer.leaders(topic, RawProduce.PARTITIONS);
            Quiet.await();
            ThreadTimes before = ThreadTimes.of(peer.pids());
            double[] sorted = new ClusterLoad(peer, topic).latencies(LATENCY_S);
            noteLatency(build, 10, sorted, ThreadTimes.of(peer.pids()).since(before));
            peer.deleteTopic(topic);
        }
    }

    private void nodes(Path work, List<Path> builds) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < builds.size(); i++) {
                Peer peer = new MillracePeer(work.resolve("compare-" + i), builds.get(i), true);
                peers.add(peer);
                peer.startEmpty();
                Topics.create(peer, "warm", RawProduce.PARTITIONS);
                new RawProduce(peer, "warm", -1, 1024, 15).run(options.warmBytes());
                new RawFetch(peer, "warm").run();
                Topics.delete(peer, "warm");
                System.out.printf(
                        "%c warm %s%n",
                        'A' + i, ThreadTimes.of(List.of(peer.pid())).text(options.warmBytes() / 1e9));
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (int i = 0; i < peers.size(); i++) {
                    node(peers.get(i), (char) ('A' + i) + "", round);
                }
            }
        } finally {
            peers.forEach(Peer::close);
        }
    }

    private void node(Peer peer, String build, int round) throws Exception {
        List<Long> pids = List.of(peer.pid());
        for (int row : new int[] {1, 2}) {
            if (options.rows().contains(row) || row == 1 && options.rows().contains(4)) {
                String topic = "row" + row + "-" + round;
                Topics.create(peer, topic, RawProduce.PARTITIONS);
                Quiet.await();
                ThreadTimes before = ThreadTimes.of(pids);
                Measured measured = new RawProduce(peer, topic, row == 1 ? -1 : 1, 1024, row == 1 ? 15 : 255)
                        .run(options.loadBytes());
                note(build, row, measured, ThreadTimes.of(pids).since(before));
                if (row == 1 && options.rows().contains(4)) {
                    new RawFetch(peer, topic).run();
                    for (int again = 0; again < 2; again++) {
                        before = ThreadTimes.of(pids);
                        measured = new RawFetch(peer, topic).run();
                        note(build, 4, measured, ThreadTimes.of(pids).since(before));
                    }
                }
                Topics.delete(peer, topic);
            }
        }
        if (options.rows().contains(3)) {
            String topic = "row3-" + round;
            Topics.create(peer, topic, RawProduce.PARTITIONS);
            Quiet.await();
            ThreadTimes before = ThreadTimes.of(pids);
            Measured measured = new RawProduce(peer, topic, -1, 100, 9).run(options.loadBytes() / 8);
            note(build, 3, measured, ThreadTimes.of(pids).since(before));
            Topics.delete(peer, topic);
        }
        if (options.rows().contains(9)) {
            String topic = "row9-" + round;
            Topics.create(peer, topic, RawProduce.PARTITIONS);
            Quiet.await();
            ThreadTimes before = ThreadTimes.of(pids);
            double[] sorted = AckLatency.run(peer, topic, LATENCY_S);
            noteLatency(build, 9, sorted, ThreadTimes.of(pids).since(before));
            Topics.delete(peer, topic);
        }
    }

    private void note(String build, int row, Measured measured, ThreadTimes spent) {
        double gigabytes = measured.bytes() / 1e9;
        double cpu = spent.withoutCompilers() / gigabytes;
        System.out.printf(
                "%s row %-2d %6.2f CPU-s/GB %5.0f MB/s %s%n",
                build, row, cpu, measured.megabytesPerSecond(), spent.text(gigabytes));
        least.computeIfAbsent("row " + row + " " + build, what -> new ArrayList<>())
                .add(new double[] {cpu, measured.megabytesPerSecond()});
    }

    private void noteLatency(String build, int row, double[] sorted, ThreadTimes spent) {
        System.out.printf("%s row %-2d", build, row);
        for (double percent : new double[] {50, 90, 99, 99.9}) {
            double ms = AckLatency.percentile(sorted, percent);
            System.out.printf(" p%.1f %.2f", percent, ms);
            if (percent == 50 || percent == 99) {
                least.computeIfAbsent("row " + row + " p" + percent + " ms " + build, what -> new ArrayList<>())
                        .add(new double[] {spent.withoutCompilers() / LATENCY_S, ms});
            }
        }
        System.out.printf(" ms; CPU-s/s %.3f %s%n", spent.withoutCompilers() / LATENCY_S, spent.text(LATENCY_S));
    }
}
