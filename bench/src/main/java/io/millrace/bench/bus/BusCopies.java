package io.millrace.bench.bus;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the event bus costs per gigabyte at replication's frame size, beside bare TCP on the loopback: processor time
 * and heap bytes allocated, in the serving and in the pulling process.
 *
 * <p>Run: {@code java -cp <bench classpath> io.millrace.bench.bus.BusCopies [rounds] [frameKiB] [MiBPerRound]}.
 *
 * <p>Thread: main; each side of a link is a process of its own.
 */
public final class BusCopies {
    private static final List<String> JVM = List.of(
            "-Xmx512m",
            "-XX:+UseG1GC",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Dio.netty.tryReflectionSetAccessible=true");

    private record Sample(double serveCpu, double pullCpu, double serveAllocated, double pullAllocated, double rate) {}

    private BusCopies() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && (args[0].equals("serve") || args[0].equals("pull"))) {
            child(args);
            return;
        }
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        int frameBytes = (args.length > 1 ? Integer.parseInt(args[1]) : 256) * 1024;
        long roundBytes = (args.length > 2 ? Long.parseLong(args[2]) : 2048) * 1024 * 1024;
        Map<String, List<Sample>> samples = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String link : List.of("tcp", "bus-buffer", "bus-slice")) {
                samples.computeIfAbsent(link, l -> new ArrayList<>()).add(measure(link, frameBytes, roundBytes));
            }
        }
        System.out.printf("frames of %d KiB, %d rounds, medians%n", frameBytes / 1024, rounds);
        System.out.println("link        CPU-s/GB serve  pull  both   heap B/B serve  pull   MiB/s");
        samples.forEach((link, list) -> System.out.printf(
                "%-11s %14.3f %5.3f %5.3f %16.3f %5.3f %7.0f%n",
                link,
                median(list.stream().mapToDouble(Sample::serveCpu)),
                median(list.stream().mapToDouble(Sample::pullCpu)),
                median(list.stream().mapToDouble(s -> s.serveCpu + s.pullCpu)),
                median(list.stream().mapToDouble(Sample::serveAllocated)),
                median(list.stream().mapToDouble(Sample::pullAllocated)),
                median(list.stream().mapToDouble(Sample::rate))));
    }

    private static double median(java.util.stream.DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Sample measure(String link, int frameBytes, long roundBytes) throws Exception {
        int frames = (int) (roundBytes / frameBytes);
        try (ChildJvm serve = ChildJvm.start(BusCopies.class, JVM, "serve", link, "" + frameBytes);
                ChildJvm pull =
                        ChildJvm.start(BusCopies.class, JVM, "pull", link, "" + frameBytes, serve.await("PORT"))) {
            pull.await("READY");
            // The warm-up compiles; it is as long as half a round.
            pull.say("pull " + frames / 2);
            pull.await("DONE");
            ProcessCost serveBefore = cost(serve);
            ProcessCost pullBefore = cost(pull);
            pull.say("pull " + frames);
            double seconds = Long.parseLong(pull.await("DONE")) / 1e9;
            ProcessCost serveSpent = cost(serve).minus(serveBefore);
            ProcessCost pullSpent = cost(pull).minus(pullBefore);
            double bytes = (double) frames * frameBytes;
            return new Sample(
                    serveSpent.cpuNanos() / bytes,
                    pullSpent.cpuNanos() / bytes,
                    serveSpent.allocatedBytes() / bytes,
                    pullSpent.allocatedBytes() / bytes,
                    bytes / seconds / 1048576);
        }
    }

    private static ProcessCost cost(ChildJvm child) throws Exception {
        child.say("cost");
        return ProcessCost.parse(child.await("COST"));
    }

    private static void child(String[] args) throws Exception {
        FrameLink link =
                switch (args[1]) {
                    case "tcp" -> new TcpLink();
                    case "bus-buffer" -> new BusLink(false);
                    case "bus-slice" -> new BusLink(true);
                    default -> throw new IllegalArgumentException(Arrays.toString(args));
                };
        int frameBytes = Integer.parseInt(args[2]);
        if (args[0].equals("serve")) {
            System.out.println("PORT " + link.serve(frameBytes));
        } else {
            link.connect(Integer.parseInt(args[3]), frameBytes);
            System.out.println("READY");
        }
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (line.equals("cost")) {
                System.out.println("COST " + ProcessCost.now().toLine());
            } else if (line.startsWith("pull ")) {
                long start = System.nanoTime();
                link.pull(Integer.parseInt(line.substring(5)));
                System.out.println("DONE " + (System.nanoTime() - start));
            }
        }
        System.exit(0);
    }
}
