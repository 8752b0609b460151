package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says of a process: CPU time in user and system mode of all its threads, and its resident memory.
 *
 * <p>Thread: any.
 */
final class ProcFs {
    /** USER_HZ, which is 100 on every Linux that a JVM runs on. */
    private static final double TICKS_PER_SECOND = 100.0;

    private ProcFs() {}

    static double cpuSeconds(long pid) {
        String stat = read("/proc/" + pid + "/stat");
        // The name in parentheses may hold blanks; utime and stime are fields 14 and 15 counted from the pid.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    static double residentMb(long pid) {
        for (String line : read("/proc/" + pid + "/status").split("\n")) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D+", "")) / 1024.0;
            }
        }
        throw new IllegalStateException("no VmRSS for " + pid);
    }

    private static String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
