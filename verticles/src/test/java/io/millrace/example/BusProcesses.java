package io.millrace.example;

import io.millrace.oracle.Commands;
import io.millrace.oracle.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Nodes in processes of their own, with all that outside applications need: Hazelcast, the bus, listeners, metrics.
 *
 * <p>Thread: the test's.
 */
public final class BusProcesses implements AutoCloseable {
    /** Hazelcast's name of the cluster, without the suffix. */
    public static final String NAME = "bus-test";

    private static final long READY_LIMIT_S = 60;
    private static final int PORTS = 4;

    private final Path home;
    private final Map<Integer, int[]> ports = new TreeMap<>();
    private final Map<Integer, Process> processes = new TreeMap<>();

    /** Starts nodes 1 to {@code count} and waits until all of them serve. */
    public BusProcesses(Path home, int count, Map<String, String> kafka) {
        this.home = home;
        for (int id = 1; id <= count; id++) {
            ports.put(id, IntStream.generate(FreePorts::next).limit(PORTS).toArray());
        }
        ports.keySet().forEach(id -> write(id, kafka));
        ports.keySet().forEach(this::begin);
        ports.keySet().forEach(this::awaitReady);
    }

    private String all(String format, int which) {
        return ports.entrySet().stream()
                .map(node -> format.formatted(node.getKey(), node.getValue()[which]))
                .collect(Collectors.joining(", "));
    }

    private void write(int id, Map<String, String> kafka) {
        int[] mine = ports.get(id);
        String settings = kafka.entrySet().stream()
                .map(one -> "\"" + one.getKey() + "\": \"" + one.getValue() + "\"")
                .collect(Collectors.joining(", "));
        String json = """
                {
                  "node": { "id": %d },
                  "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:%d" } },
                  "data": ["%s"],
                  "http": { "bind": "127.0.0.1:%d" },
                  "cluster": {
                    "name": "%s",
                    "voters": [%s],
                    "seeds": [%s],
                    "bus": { "bind": "127.0.0.1:%d" },
                    "hazelcast": { "bind": "127.0.0.1:%d" }
                  },
                  "kafka": { %s }
                }
                """.formatted(
                        id,
                        mine[0],
                        home.resolve("data-" + id),
                        mine[3],
                        NAME,
                        all("\"%d@127.0.0.1:%d\"", 1),
                        ports.values().stream()
                                .map(one -> "\"127.0.0.1:" + one[2] + "\"")
                                .collect(Collectors.joining(", ")),
                        mine[1],
                        mine[2],
                        settings);
        try {
            Files.writeString(home.resolve("node-" + id + ".json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path output(int id) {
        return home.resolve("out-" + id + ".txt");
    }

    private void begin(int id) {
        List<String> command = Commands.java(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                List.of("-Xmx192m", "-XX:MaxDirectMemorySize=192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                "start",
                home.resolve("node-" + id + ".json").toString());
        try {
            processes.put(
                    id,
                    new ProcessBuilder(command)
                            .directory(home.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output(id).toFile())
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady(int id) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_LIMIT_S);
        try {
            while (!Files.readString(output(id)).contains(" is ready after ")) {
                if (!processes.get(id).isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("node " + id + " is not ready: " + Files.readString(output(id)));
                }
                // Another process's output: there is nothing to wait on.
                processes.get(id).waitFor(20, TimeUnit.MILLISECONDS);
            }
            // Clients are served before Hazelcast is up, and an application that finds no member is
            // a cluster of its own.
            while (!accepts(ports.get(id)[2])) {
                if (!processes.get(id).isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("node " + id + " has no Hazelcast: " + Files.readString(output(id)));
                }
                processes.get(id).waitFor(20, TimeUnit.MILLISECONDS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** For Kafka's clients. */
    public String bootstrap() {
        return ports.values().stream().map(one -> "127.0.0.1:" + one[0]).collect(Collectors.joining(","));
    }

    /** Members of Hazelcast's cluster, for applications. */
    public List<String> seeds() {
        return ports.values().stream().map(one -> "127.0.0.1:" + one[2]).toList();
    }

    /** Where {@code /metrics} is. */
    public int httpPort(int id) {
        return ports.get(id)[3];
    }

    /** kill -9. */
    public void kill(int id) {
        processes.remove(id).destroyForcibly();
    }

    /** Starts one that was killed, where it was, and waits until it serves. */
    public void again(int id) {
        begin(id);
        awaitReady(id);
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroy);
        for (Process process : processes.values()) {
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
    }
}
