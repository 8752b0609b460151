package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where a node's CPU time goes, by what its threads are for: {@code /proc/<pid>/task}.
 *
 * <p>Thread: any; immutable.
 *
 * @param spent by kind of thread: seconds in user mode, in system mode, and how often threads went to sleep
 */
record ThreadTimes(Map<String, double[]> spent) {
    private static final double TICKS_PER_SECOND = 100.0;

    static ThreadTimes of(List<Long> pids) {
        Map<String, double[]> sums = new TreeMap<>();
        for (long pid : pids) {
            try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
                tasks.forEach(task -> add(sums, task));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ThreadTimes(sums);
    }

    private static void add(Map<String, double[]> sums, Path task) {
        String stat;
        String status;
        try {
            stat = Files.readString(task.resolve("stat"));
            status = Files.readString(task.resolve("status"));
        } catch (IOException ended) {
            return;
        }
        int end = stat.lastIndexOf(')');
        String[] fields = stat.substring(end + 2).split(" ");
        double[] sum = sums.computeIfAbsent(kind(stat.substring(stat.indexOf('(') + 1, end)), kind -> new double[3]);
        sum[0] += Long.parseLong(fields[11]) / TICKS_PER_SECOND;
        sum[1] += Long.parseLong(fields[12]) / TICKS_PER_SECOND;
        sum[2] += status.lines()
                .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
                .sum();
    }

    private static String kind(String thread) {
        if (thread.startsWith("vert.x-eventloo")) {
            return "loops";
        }
        if (thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp")) {
            return "compilers";
        }
        if (thread.startsWith("VM Thread") || thread.startsWith("GC") || thread.startsWith("G1")) {
            return "collector";
        }
        if (thread.contains("writer")) {
            return "writer";
        }
        return thread.contains("sync") ? "sync" : thread.contains("read") ? "read" : "others";
    }

    ThreadTimes since(ThreadTimes before) {
        Map<String, double[]> since = new TreeMap<>();
        spent.forEach((kind, now) -> {
            double[] then = before.spent.getOrDefault(kind, new double[3]);
            since.put(kind, new double[] {now[0] - then[0], now[1] - then[1], now[2] - then[2]});
        });
        return new ThreadTimes(since);
    }

    /** All but the compilers: what is left of them in a node that has run for long is nothing. */
    double withoutCompilers() {
        return spent.entrySet().stream()
                .filter(kind -> !kind.getKey().equals("compilers"))
                .mapToDouble(kind -> kind.getValue()[0] + kind.getValue()[1])
                .sum();
    }

    /** Per gigabyte, as user+system, and for the busy ones how often they went to sleep, in thousands. */
    String text(double gigabytes) {
        StringBuilder text = new StringBuilder();
        spent.forEach((kind, of) -> {
            if (of[0] + of[1] >= 0.01 * gigabytes) {
                text.append(String.format(" %s %.2f+%.2f", kind, of[0] / gigabytes, of[1] / gigabytes));
            }
            if (of[2] >= 1000 * gigabytes) {
                text.append(String.format(" (%.0fk)", of[2] / 1000 / gigabytes));
            }
        });
        return text.toString();
    }
}
