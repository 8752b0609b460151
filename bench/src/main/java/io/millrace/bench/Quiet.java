package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Waits until the kernel has written back what earlier runs left dirty: else one broker's run is throttled for the
 * other's data.
 *
 * <p>Thread: main.
 */
final class Quiet {
    private static final long ENOUGH_KB = 64 << 10;
    private static final int LIMIT_S = 30;

    private Quiet() {}

    static void await() throws IOException, InterruptedException {
        new ProcessBuilder("sync").start().waitFor();
        for (int second = 0; second < LIMIT_S && dirtyKb() > ENOUGH_KB; second++) {
            Pause.ms(1000);
        }
    }

    private static long dirtyKb() throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("Dirty:") || line.startsWith("Writeback:")) {
                sum += Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        return sum;
    }
}
