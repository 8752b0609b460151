package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Rows 1 to 6, 9, 11 and the second half of 14: both brokers run, are warmed, and are loaded in turn.
 *
 * <p>Thread: main.
 */
final class LoadRows {
    private static final int LATENCY_S = 8;

    private LoadRows() {}

    static void run(Path project, Path work, Path tools, Options options, Set<Integer> rows, Results results)
            throws Exception {
        try (Peer kafka = new KafkaPeer(work, tools);
                Peer ours = new MillracePeer(work, project, true)) {
            List<Peer> peers =
                    List.of(kafka, ours).stream().filter(options::wants).toList();
            for (Peer peer : peers) {
                peer.startEmpty();
            }
            for (Peer peer : peers) {
                warm(peer, options.warmBytes());
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Peer peer : peers) {
                    String suffix = "-" + round;
                    Quiet.await();
                    if (rows.contains(1) || rows.contains(4)) {
                        large(peer, "row1" + suffix, options, rows, results);
                    }
                    if (rows.contains(2)) {
                        Measured measured = produce(peer, "row2" + suffix, 1, 1024, 255, options.loadBytes());
                        results.add(
                                peer,
                                "2 raw produce, 256 KiB batches, acks=1",
                                "CPU-s/GB",
                                "0.45x",
                                measured.cpuSecondsPerGb());
                        results.add(peer, "2 its rate", "MB/s", "-", measured.megabytesPerSecond());
                    }
                    if (rows.contains(3)) {
                        Measured measured = produce(peer, "row3" + suffix, -1, 100, 9, options.loadBytes() / 20);
                        results.add(
                                peer,
                                "3 raw produce, 1 KiB batches of 100 B",
                                "CPU-s/GB",
                                "0.33x (0.5x)",
                                measured.cpuSecondsPerGb());
                        results.add(peer, "3 its rate", "MB/s", "-", measured.megabytesPerSecond());
                    }
                    if (rows.contains(5)) {
                        PerfTool.run(peer, tools, "row5" + suffix, options.loadBytes() / 2, results);
                    }
                    if (rows.contains(6)) {
                        ConsumerTool.run(peer, tools, "row6" + suffix, options.loadBytes(), results);
                    }
                    if (rows.contains(9)) {
                        latency(peer, "row9" + suffix, results);
                    }
                    if (rows.contains(11)) {
                        endToEnd(peer, "row11" + suffix, results);
                    }
                }
            }
            if (rows.contains(14)) {
                for (Peer peer : peers) {
                    results.add(peer, "14 memory after load", "MB RSS", "0.4x", ProcFs.residentMb(peer.pid()));
                }
            }
        }
    }

    /** Kafka's compiled code needs some gigabytes of work before it is as fast as it gets. */
    private static void warm(Peer peer, long bytes) throws Exception {
        produce(peer, "warm-small", -1, 100, 9, bytes / 40);
        Topics.create(peer, "warm-large", RawProduce.PARTITIONS);
        for (long done = 0; done < bytes; done += 1_000_000_000L) {
            new RawProduce(peer, "warm-large", -1, 1024, 15).run(Math.min(bytes, 1_000_000_000L));
        }
        new RawFetch(peer, "warm-large").run();
        Topics.delete(peer, "warm-large");
    }

    private static void large(Peer peer, String topic, Options options, Set<Integer> rows, Results results)
            throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        Measured written = new RawProduce(peer, topic, -1, 1024, 15).run(options.loadBytes());
        if (rows.contains(1)) {
            results.add(
                    peer,
                    "1 raw produce, 16 KiB batches, acks=all",
                    "CPU-s/GB",
                    "0.40x (0.6x)",
                    written.cpuSecondsPerGb());
            results.add(peer, "1 its rate", "MB/s", "-", written.megabytesPerSecond());
        }
        if (rows.contains(4)) {
            new RawFetch(peer, topic).run();
            Measured read = new RawFetch(peer, topic).run();
            results.add(peer, "4 raw fetch, warm", "CPU-s/GB", "0.75x", read.cpuSecondsPerGb());
            results.add(peer, "4 its rate", "MB/s", "-", read.megabytesPerSecond());
        }
        Topics.delete(peer, topic);
    }

    private static Measured produce(Peer peer, String topic, int acks, int recordBytes, int records, long bytes)
            throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        Quiet.await();
        Measured measured = new RawProduce(peer, topic, acks, recordBytes, records).run(bytes);
        Topics.delete(peer, topic);
        return measured;
    }

    private static void latency(Peer peer, String topic, Results results) throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        Quiet.await();
        double[] latencies = AckLatency.run(peer, topic, LATENCY_S);
        results.add(peer, "9 ack latency at 5 MB/s, p50", "ms", "0.25x", AckLatency.percentile(latencies, 50));
        results.add(peer, "9 ack latency at 5 MB/s, p99", "ms", "0.25x", AckLatency.percentile(latencies, 99));
        Topics.delete(peer, topic);
    }

    private static void endToEnd(Peer peer, String topic, Results results) throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        Quiet.await();
        double cpuBefore = ProcFs.cpuSeconds(peer.pid());
        double[] latencies = EndToEnd.run(peer, topic, LATENCY_S);
        double cpu = ProcFs.cpuSeconds(peer.pid()) - cpuBefore;
        results.add(peer, "11 produce to consumer at 5 MB/s, p50", "ms", "0.25x", AckLatency.percentile(latencies, 50));
        results.add(peer, "11 produce to consumer at 5 MB/s, p99", "ms", "0.25x", AckLatency.percentile(latencies, 99));
        results.add(peer, "11 CPU of the broker", "CPU-s/s", "-", cpu / LATENCY_S);
        Topics.delete(peer, topic);
    }
}
