package io.millrace.bench;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Row 16: the first record into each of many new partitions.
 *
 * <p>Nothing is deleted before the last of them: ext4 passes over inodes that were freed within the last minutes, so that whoever
 * comes after a deletion of thousands of files pays 0.2 ms more for each new one.
 *
 * <p>Thread: main.
 */
final class PartitionsRow {
    private static final int IN_FLIGHT = 20;

    private PartitionsRow() {}

    static void run(Path project, Path work, Path tools, Options options, Results results) throws Exception {
        List<Peer> measured = new ArrayList<>();
        try {
            for (int round = 0; round < options.rounds(); round++) {
                Path folder = work.resolve("partitions-" + round);
                for (Peer peer : List.of(new KafkaPeer(folder, tools), new MillracePeer(folder, project, true))) {
                    if (options.wants(peer)) {
                        measured.add(peer);
                        run(peer, round, results);
                    }
                }
            }
        } finally {
            measured.forEach(Peer::close);
        }
    }

    private static void run(Peer peer, int round, Results results) throws Exception {
        peer.startEmpty();
        measure(peer, 1000, results);
        if (round == 0) {
            measure(peer, 5000, results);
        }
        peer.kill();
    }

    private static void measure(Peer peer, int partitions, Results results) throws Exception {
        String topic = "many-" + partitions;
        try (Wire wire = new Wire(peer.port())) {
            byte[][] frames = new byte[partitions][];
            for (int p = 0; p < partitions; p++) {
                frames[p] = ProduceFrames.one(topic, p, -1, 1, 100);
            }
            long start = System.nanoTime();
            Topics.create(wire, topic, partitions);
            Topics.awaitServed(wire, topic, partitions);
            double created = (System.nanoTime() - start) / 1e9;
            int sent = 0;
            int acked = 0;
            ByteBuffer answer = null;
            int[] queue = new int[partitions];
            while (acked < partitions) {
                if (sent < partitions && sent - acked < IN_FLIGHT) {
                    queue[sent] = sent;
                    wire.send(frames[sent++]);
                } else {
                    answer = wire.receive(answer);
                    int partition = queue[acked++];
                    while (ProduceFrames.errorIn(answer) != 0) {
                        // The leader of a new partition may need a moment; the record is sent again until it stands.
                        try (Wire again = new Wire(peer.port())) {
                            again.send(frames[partition]);
                            answer = again.receive(answer);
                        }
                    }
                }
            }
            double all = (System.nanoTime() - start) / 1e9;
            results.add(
                    peer,
                    "16 create " + partitions + " partitions and write the first record into each",
                    "s",
                    "0.1x",
                    all);
            results.add(peer, "16 the records alone, " + partitions, "s", "-", all - created);
        }
    }
}
