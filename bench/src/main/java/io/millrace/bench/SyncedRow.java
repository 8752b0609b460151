package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Row 21: every record is on the disk before it is acknowledged ({@code flush.messages=1} on the topic, which both brokers know):
 * a hundred partitions, one record of 1 KiB a request, five requests in flight on each connection. With twenty connections there
 * is one record for each partition and sync; with a hundred, a sync can serve several.
 *
 * <p>Thread: main.
 */
final class SyncedRow {
    private static final int PARTITIONS = 100;
    private static final int[] CONNECTIONS = {20, 100};
    private static final int RECORD_BYTES = 1024;
    /** At its speed one broker needs minutes for what the other does in seconds: so many bytes keep both within half a minute. */
    private static final long BYTES = 30_000_000;

    private SyncedRow() {}

    static void run(Path project, Path work, Path tools, Options options, Results results) throws Exception {
        try (Peer kafka = new KafkaPeer(work, tools);
                Peer ours = new MillracePeer(work, project, true)) {
            List<Peer> peers =
                    List.of(kafka, ours).stream().filter(options::wants).toList();
            for (Peer peer : peers) {
                peer.startEmpty();
                try (Wire wire = new Wire(peer.port())) {
                    Topics.create(wire, "synced", PARTITIONS, Map.of("flush.messages", "1"));
                    Topics.awaitServed(wire, "synced", PARTITIONS);
                }
                load(peer, CONNECTIONS[0]).run(BYTES / 3);
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Peer peer : peers) {
                    for (int connections : CONNECTIONS) {
                        measure(peer, connections, results);
                    }
                }
            }
        }
    }

    private static void measure(Peer peer, int connections, Results results) throws Exception {
        Quiet.await();
        Measured measured = load(peer, connections).run(BYTES);
        double records = measured.bytes() / (double) RECORD_BYTES;
        String figure = "21 fsync before every ack, 100 partitions, " + connections * RawProduce.IN_FLIGHT
                + " requests in flight";
        results.add(peer, figure, "records/s", "5x", records / measured.seconds());
        results.add(peer, figure + ": CPU", "us per record", "-", measured.cpuSeconds() / records * 1e6);
    }

    private static RawProduce load(Peer peer, int connections) {
        return new RawProduce(peer, "synced", -1, RECORD_BYTES, 1, connections, PARTITIONS);
    }
}
