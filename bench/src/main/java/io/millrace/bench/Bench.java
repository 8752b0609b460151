package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Measures Apache Kafka and Millrace in turn and prints one table. {@code bin/bench [--rows 1,3,12] [--rounds N]
 * [--gb X] [--warm-gb X] [--warm-rounds N] [--restart-gb X] [--kills N] [--peer-kills N] [--only Kafka|Millrace] [--append]}; the rows are those of the project's goals.
 * Those of three nodes (7, 8, 10, 13, 19, 20) and 23, the clients on the event bus, are measured when they are asked for,
 * as are 17, 21 and 22: many partitions, a sync before each acknowledgement, many connections.
 *
 * <p>Thread: main.
 */
public final class Bench {
    private static final Set<Integer> ROWS = new TreeSet<>(List.of(1, 2, 3, 4, 5, 6, 9, 11, 12, 14, 15, 16, 18));

    private static final Set<Integer> LOAD_ROWS = Set.of(1, 2, 3, 4, 5, 6, 9, 11, 14);

    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("compare")) {
            compare(args);
            return;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("bin/bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        Set<Integer> rows = options.rows().isEmpty() ? ROWS : options.rows();
        Path project = Path.of(System.getProperty("millrace.home", "."))
                .toAbsolutePath()
                .normalize();
        Path work = project.resolve("target/bench");
        Path tools = project.resolve("target/tools");
        Results results = new Results();

        if (rows.stream().anyMatch(row -> row == 12 || row == 14 || row == 15)) {
            StartRows.run(project, work, tools, options, results);
        }
        if (rows.stream().anyMatch(LOAD_ROWS::contains)) {
            LoadRows.run(project, work, tools, options, rows, results);
        }
        if (rows.contains(16)) {
            PartitionsRow.run(project, work, tools, options, results);
        }
        if (rows.contains(18)) {
            RestartRow.run(project, work, tools, options, results);
        }
        if (rows.contains(17)) {
            ManyPartitionsRow.run(project, work, options, results);
        }
        if (rows.contains(21)) {
            SyncedRow.run(project, work, tools, options, results);
        }
        if (rows.contains(22)) {
            ConnectionsRow.run(project, work, tools, options, results);
        }
        if (rows.stream().anyMatch(ClusterRows.ROWS::contains)) {
            ClusterRows.run(project, work, tools, options, rows, results);
        }
        if (rows.contains(DoorRow.ROW)) {
            DoorRow.run(project, work, options, results);
        }
        report(project, rows, options, results);
    }

    /** Options first, then the folders of the builds. */
    private static void compare(String[] args) throws Exception {
        int at = 1;
        while (at < args.length && args[at].startsWith("--")) {
            at += 2;
        }
        List<Path> builds = Arrays.stream(args, at, args.length)
                .map(folder -> Path.of(folder).toAbsolutePath().normalize())
                .toList();
        Path work = Path.of(System.getProperty("millrace.home", "."))
                .toAbsolutePath()
                .normalize()
                .resolve("target/bench");
        Compare.run(Options.parse(Arrays.copyOfRange(args, 1, at)), work, builds);
    }

    private static void report(Path project, Set<Integer> rows, Options options, Results results) throws IOException {
        String warmed = rows.equals(Set.of(DoorRow.ROW))
                ? "after " + options.warmRounds() + " that do not count"
                : "warmed with " + options.warmBytes() / 1e9 + " GB"
                        + (rows.contains(DoorRow.ROW)
                                ? " (row " + DoorRow.ROW + ": after " + options.warmRounds()
                                        + " rounds that do not count)"
                                : "");
        String header = "\n## " + LocalDate.now() + ", rows "
                + rows.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "\n\n"
                + machine() + "\n\nRounds: " + options.rounds() + " in turn, "
                + options.loadBytes() / 1e9 + " GB a run, " + warmed + ". Median (each round).\n\n";
        String text = header + results.markdown();
        System.out.println(text);
        if (options.append()) {
            Files.writeString(
                    project.resolve("bench/RESULTS.md"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    /** What ran and how busy the machine was with other work, which the reader needs to judge the figures. */
    private static String machine() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown CPU");
        String load = Arrays.stream(Files.readString(Path.of("/proc/loadavg")).split(" "))
                .limit(3)
                .collect(Collectors.joining(" "));
        return Runtime.getRuntime().availableProcessors() + " x " + cpu + ", Java " + Runtime.version()
                + ", Apache Kafka 4.3.1 (-Xms1G -Xmx1G, defaults). Load average at the end: " + load + ".";
    }
}
