package io.millrace.bench;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Row 17: fifty thousand partitions on one node with the limits of a stock Linux (20,000 open files, 65,530 maps). Kafka, which maps
 * two files for each partition and so needs more maps than there are, is not asked.
 *
 * <p>Thread: main.
 */
final class ManyPartitionsRow {
    private static final int TOPICS = 50;
    private static final int PARTITIONS = 1000;
    private static final int IN_FLIGHT = 20;

    private ManyPartitionsRow() {}

    static void run(Path project, Path work, Options options, Results results) throws Exception {
        try (Peer peer = new MillracePeer(work, project, true)) {
            peer.startEmpty();
            double before = ProcFs.residentMb(peer.pid());
            long start = System.nanoTime();
            try (Wire wire = new Wire(peer.port())) {
                for (int topic = 0; topic < TOPICS; topic++) {
                    Topics.create(wire, "many-" + topic, PARTITIONS);
                    Topics.awaitServed(wire, "many-" + topic, PARTITIONS);
                    write(wire, "many-" + topic);
                }
            }
            int all = TOPICS * PARTITIONS;
            String name = "17 " + all + " partitions";
            results.add(peer, name + ", created and written to", "s", "serves", (System.nanoTime() - start) / 1e9);
            double added = ProcFs.residentMb(peer.pid()) - before;
            results.add(peer, name + ", memory for each", "KB RSS", "≤ 10", added * 1024 / all);
            peer.kill();
            results.add(peer, name + ", restart after kill -9", "s", "-", peer.start());
            double stop = peer.terminate();
            results.add(peer, name + ", the SIGTERM itself", "s", "-", stop);
            results.add(peer, name + ", restart after SIGTERM", "s", "-", peer.start());
            try (Wire wire = new Wire(peer.port())) {
                for (int topic = 0; topic < TOPICS; topic++) {
                    Topics.awaitServed(wire, "many-" + topic, PARTITIONS);
                    write(wire, "many-" + topic);
                }
            }
            results.add(
                    peer,
                    name + ", memory after restart and a record in each",
                    "MB RSS",
                    "-",
                    ProcFs.residentMb(peer.pid()));
        }
    }

    private static void write(Wire wire, String topic) throws Exception {
        ByteBuffer answer = null;
        int sent = 0;
        int answered = 0;
        while (answered < PARTITIONS) {
            if (sent < PARTITIONS && sent - answered < IN_FLIGHT) {
                wire.send(ProduceFrames.one(topic, sent++, -1, 1, 100));
            } else {
                answer = wire.receive(answer);
                int error = ProduceFrames.errorIn(answer);
                if (error != 0) {
                    throw new IllegalStateException("record " + answered + " of " + topic + ": error " + error);
                }
                answered++;
            }
        }
    }
}
