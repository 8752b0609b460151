package io.millrace.verticles.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * How long ago this process was started, its launcher and the JVM's own start included.
 *
 * <p>{@code ProcessHandle} knows the machine's start to a second only, so its answer may be a second off; Linux itself knows
 * both ends to ten milliseconds.
 *
 * <p>Thread: any.
 */
final class SinceExec {
    /** The unit of times in {@code /proc}, on every Linux. */
    private static final long TICK_MS = 10;

    private static final int START_TIME_FIELD = 22;
    private static final int FIRST_FIELD_AFTER_NAME = 3;

    private SinceExec() {}

    /** What the launcher says, when it had something to prepare first; else what the system says. */
    static long millis() {
        long now = System.currentTimeMillis();
        Long told = Long.getLong("millrace.started");
        if (told != null) {
            return now - told;
        }
        try {
            return fromProc(Files.readString(Path.of("/proc/uptime")), Files.readString(Path.of("/proc/self/stat")));
        } catch (IOException | RuntimeException notLinux) {
            return now
                    - ProcessHandle.current()
                            .info()
                            .startInstant()
                            .map(Instant::toEpochMilli)
                            .orElse(now);
        }
    }

    /** The process's name, second in {@code stat}, may contain anything: fields are counted behind its closing bracket. */
    static long fromProc(String uptime, String stat) {
        long upMs = (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return upMs - Long.parseLong(fields[START_TIME_FIELD - FIRST_FIELD_AFTER_NAME]) * TICK_MS;
    }
}
