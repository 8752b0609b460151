package io.millrace.simulation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * What a run does from its first event to its last, small enough to be compared: a sum over the text of every event, message
 * and step of a disk, noted again and again on the way, so that it is known where two runs part.
 *
 * <p>As a program it runs one seed and prints these sums, or the events between two of them.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterCourse {
    /** So many lines lie between two sums. */
    private static final int EVERY = 1_000;

    private static final long WITHIN_SECONDS = 120;

    private final CRC32C sum = new CRC32C();
    private final List<String> sums = new ArrayList<>();
    private long lines;

    private ClusterCourse() {}

    private void note(String line) {
        sum.update(line.getBytes(StandardCharsets.UTF_8));
        lines++;
        if (lines % EVERY == 0) {
            mark();
        }
    }

    private void mark() {
        sums.add(lines + " " + Long.toHexString(sum.getValue()));
    }

    /** The sums of this world's run. */
    static List<String> of(ClusterWorld world) {
        ClusterCourse course = new ClusterCourse();
        world.simulation().trace().follow(course::note);
        ClusterRun.surviveFaults(world);
        course.mark();
        return course.sums;
    }

    /** The same of a run in a process of its own. */
    static List<String> inAnotherProcess(long seed, boolean groupMode) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ClusterCourse.class.getName(),
                        Long.toString(seed),
                        Boolean.toString(groupMode))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            List<String> said = process.inputReader().lines().toList();
            if (!process.waitFor(WITHIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("seed " + seed + " failed in another process: " + said);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** {@code SEED GROUP-MODE [FIRST LAST]}: with a range, what happens from that line to that line. */
    public static void main(String[] args) {
        ClusterWorld world = new ClusterWorld(Long.parseLong(args[0]), Boolean.parseBoolean(args[1]));
        if (args.length == 2) {
            of(world).forEach(System.out::println);
            return;
        }
        long first = Long.parseLong(args[2]);
        long last = Long.parseLong(args[3]);
        long[] at = {0};
        world.simulation().trace().follow(line -> {
            at[0]++;
            if (at[0] >= first && at[0] <= last) {
                System.out.println(at[0] + " " + line);
            }
        });
        ClusterRun.surviveFaults(world);
    }
}
