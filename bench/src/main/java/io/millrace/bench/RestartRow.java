package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Row 18: exec to first acknowledged produce on a folder with data, after kill -9 and after SIGTERM.
 *
 * <p>Thread: main.
 */
final class RestartRow {
    private RestartRow() {}

    static void run(Path project, Path work, Path tools, Options options, Results results) throws Exception {
        for (Peer peer : List.of(new KafkaPeer(work, tools), new MillracePeer(work, project, true))) {
            if (!options.wants(peer)) {
                continue;
            }
            try (peer) {
                peer.startEmpty();
                Topics.create(peer, "kept", RawProduce.PARTITIONS);
                for (long left = options.restartBytes(); left > 0; left -= 1_000_000_000L) {
                    new RawProduce(peer, "kept", 1, 1024, 255).run(Math.min(left, 1_000_000_000L));
                }
                String size = options.restartBytes() / 1e9 + " GB";
                for (int round = 0; round < options.rounds(); round++) {
                    peer.kill();
                    results.add(peer, "18 restart with " + size + " after kill -9", "s", "≤ 1.5 s", peer.start());
                }
                for (int round = 0; round < options.rounds(); round++) {
                    double stop = peer.terminate();
                    results.add(peer, "18 restart with " + size + " after SIGTERM", "s", "≤ 1.5 s", peer.start());
                    results.add(peer, "18 the SIGTERM itself", "s", "-", stop);
                }
            }
        }
    }
}
