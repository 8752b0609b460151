package io.millrace.chaos;

import io.millrace.oracle.BrokerProcess;
import io.millrace.oracle.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One node as a process: its file, its folder, and what can be done to it.
 *
 * <p>Thread: the run's main.
 */
final class ChaosNode {
    static final int KAFKA_PORT = 29_092;
    static final int BUS_PORT = 29_701;
    static final int HAZELCAST_PORT = 25_701;
    static final int HTTP_PORT = 29_644;

    private static final long END_LIMIT_S = 30;

    private final int id;
    private final Network network;
    private final Path home;
    private final Path data;
    private Process process;
    private long startedNanos;

    ChaosNode(int id, Network network, Path home, Map<String, String> kafka) {
        this.id = id;
        this.network = network;
        this.home = home;
        this.data = home.resolve("data");
        write(kafka);
    }

    private static String at(Network network, int node, int port) {
        // On one address the nodes tell themselves apart by port.
        return network.address(node) + ":" + (network.canCut() ? port : port + 10 * node);
    }

    String kafkaAddress() {
        return at(network, id, KAFKA_PORT);
    }

    private void write(Map<String, String> kafka) {
        String voters = members(node -> "\"" + node + "@" + at(network, node, BUS_PORT) + "\"");
        String seeds = members(node -> "\"" + at(network, node, HAZELCAST_PORT) + "\"");
        String settings = new TreeMap<>(kafka)
                .entrySet().stream()
                        .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"")
                        .collect(Collectors.joining(", "));
        String json = """
                {
                  "node": { "id": %d },
                  "listeners": { "PLAINTEXT": { "bind": "%s" } },
                  "data": ["%s"],
                  "http": { "bind": "%s" },
                  "cluster": {
                    "name": "chaos",
                    "voters": [%s],
                    "seeds": [%s],
                    "bus": { "bind": "%s" },
                    "hazelcast": { "bind": "%s" }
                  },
                  "kafka": { %s }
                }
                """.formatted(
                        id,
                        kafkaAddress(),
                        data,
                        at(network, id, HTTP_PORT),
                        voters,
                        seeds,
                        at(network, id, BUS_PORT),
                        at(network, id, HAZELCAST_PORT),
                        settings);
        try {
            Files.createDirectories(home);
            Files.writeString(home.resolve("node.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String members(java.util.function.IntFunction<String> one) {
        List<String> all = new ArrayList<>();
        for (int node = 1; node <= ChaosCluster.NODES; node++) {
            all.add(one.apply(node));
        }
        return String.join(", ", all);
    }

    int id() {
        return id;
    }

    Path data() {
        return data;
    }

    long startedNanos() {
        return startedNanos;
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    void start() {
        List<String> java = Commands.java(
                System.getProperty("java.class.path"),
                List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                "start",
                home.resolve("node.json").toString());
        try {
            process = new ProcessBuilder(network.at(id, java))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            home.resolve("node.out").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        startedNanos = System.nanoTime();
    }

    /** kill -9. {@code ip netns exec} becomes the command it runs, so the process is the node itself. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    void terminate() {
        process.destroy();
        awaitEnd();
    }

    void pause() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        Commands.Result result = Commands.run(List.of("kill", "-" + name, Long.toString(process.pid())));
        if (result.exitCode() != 0) {
            throw new IllegalStateException("kill -" + name + ": " + result.errors());
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("node " + id + " did not end\n" + logTail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The disk is gone: everything, identity included. */
    void loseDisk() {
        BrokerProcess.deleteTree(data);
    }

    String logTail() {
        try {
            List<String> lines = Files.readAllLines(home.resolve("node.out"), StandardCharsets.UTF_8);
            return "node " + id + ":\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "node " + id + ": no log, " + e;
        }
    }
}
