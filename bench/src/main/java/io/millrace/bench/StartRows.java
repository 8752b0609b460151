package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Rows 12, 14 and 15: exec to first acknowledged produce on an empty folder, then memory and CPU of the idle broker.
 *
 * <p>Thread: main.
 */
final class StartRows {
    private static final int IDLE_S = 15;

    private StartRows() {}

    static void run(Path project, Path work, Path tools, Options options, Results results) throws Exception {
        // The first start makes the class archive and is not counted.
        try (Peer ours = new MillracePeer(work, project, true)) {
            if (options.wants(ours)) {
                ours.startEmpty();
            }
        }
        for (int round = 0; round < options.rounds(); round++) {
            for (Peer peer : List.of(new KafkaPeer(work, tools), new MillracePeer(work, project, true))) {
                if (!options.wants(peer)) {
                    continue;
                }
                try (peer) {
                    results.add(peer, "12 exec to first acked produce", "s", "0.25x (0.35x)", peer.startEmpty());
                    results.add(peer, "12 CPU of that start", "CPU-s", "-", ProcFs.cpuSeconds(peer.pid()));
                    Pause.ms(3000);
                    results.add(peer, "14 memory after start", "MB RSS", "0.45x (0.5x)", ProcFs.residentMb(peer.pid()));
                    double before = ProcFs.cpuSeconds(peer.pid());
                    Pause.ms(IDLE_S * 1000);
                    double percent = (ProcFs.cpuSeconds(peer.pid()) - before) / IDLE_S * 100;
                    results.add(peer, "15 CPU when idle", "% of a core", "0.5x", percent);
                }
            }
            try (Peer plain = new MillracePeer(work, project, false)) {
                if (options.wants(plain)) {
                    results.add(
                            plain,
                            "12 exec to first acked produce, without class archive",
                            "s",
                            "-",
                            plain.startEmpty());
                }
            }
        }
    }
}
