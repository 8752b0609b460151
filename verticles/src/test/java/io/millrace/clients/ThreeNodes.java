package io.millrace.clients;

import io.millrace.oracle.Commands;
import io.millrace.oracle.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three nodes, three files, one cluster on free ports of loopback; each node has two data folders and a rack of its own.
 *
 * <p>Thread: the test's. What a test run leaves behind is killed by a shutdown hook.
 */
final class ThreeNodes implements Addresses, AutoCloseable {
    static final List<Integer> IDS = List.of(1, 2, 3);

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int TAIL_LINES = 20;

    private final Path home;
    private final String kafka;
    private final List<Integer> ports = freePorts();
    private final List<Integer> buses = freePorts();
    private final List<Integer> hazelcasts = freePorts();
    private final Map<Integer, RunningProgram> running = new TreeMap<>();

    /** Nothing is started yet; {@code settings} are Kafka's own broker settings. */
    ThreeNodes(Path home, Map<String, String> settings) {
        this.home = home;
        this.kafka = settings.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static List<Integer> freePorts() {
        return Stream.generate(FreePorts::next).limit(IDS.size()).toList();
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    /** One of the two data folders of a node, {@code a} or {@code b}. */
    Path data(int id, String which) {
        return home.resolve("node-" + id).resolve(which);
    }

    /** Starts all nodes that do not run and waits until they serve. */
    ThreeNodes startAll() throws Exception {
        List<Integer> started = new ArrayList<>();
        for (int id : IDS) {
            if (!running.containsKey(id)) {
                begin(id);
                started.add(id);
            }
        }
        for (int id : started) {
            awaitReady(id);
        }
        return this;
    }

    /** Starts one node and does not wait. */
    void begin(int id) throws IOException {
        Path file = home.resolve("node-" + id + ".json");
        Files.writeString(file, """
                {
                  "node": { "id": %d, "rack": "rack-%d" },
                  "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:%d" } },
                  "data": ["%s", "%s"],
                  "http": { "bind": "127.0.0.1:0" },
                  "cluster": {
                    "name": "three-%d",
                    "voters": [%s],
                    "seeds": [%s],
                    "bus": { "bind": "127.0.0.1:%d" },
                    "hazelcast": { "bind": "127.0.0.1:%d" }
                  },
                  "kafka": { %s }
                }
                """.formatted(
                id,
                id,
                ports.get(id - 1),
                data(id, "a"),
                data(id, "b"),
                buses.get(0),
                IDS.stream()
                        .map(voter -> quoted(voter + "@127.0.0.1:" + buses.get(voter - 1)))
                        .collect(Collectors.joining(", ")),
                hazelcasts.stream().map(port -> quoted("127.0.0.1:" + port)).collect(Collectors.joining(", ")),
                buses.get(id - 1),
                hazelcasts.get(id - 1),
                kafka));
        Files.deleteIfExists(out(id));
        List<String> java = Commands.java(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                "start",
                file.toString());
        running.put(id, RunningProgram.start(java, out(id)));
    }

    private Path out(int id) {
        return home.resolve("node-" + id + ".out");
    }

    void awaitReady(int id) throws Exception {
        await("node " + id + " serves", () -> {
            running.get(id).requireAlive();
            return running.get(id).output().contains(" is ready after ");
        });
    }

    /** SIGKILL. */
    void kill(int id) throws InterruptedException {
        running.remove(id).kill();
    }

    /** The ends of what the nodes have said. */
    String logTails() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int id : running.keySet()) {
            Path log = data(id, "a").resolve("node.log");
            List<String> lines = Files.readAllLines(Files.exists(log) ? log : out(id));
            all.append("\nnode ").append(id).append(":\n");
            lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())
                    .forEach(line -> all.append(line).append('\n'));
        }
        return all.toString();
    }

    void requireAlive() throws IOException {
        for (RunningProgram node : running.values()) {
            node.requireAlive();
        }
    }

    @Override
    public String bootstrap(int id) {
        return "127.0.0.1:" + ports.get(id - 1);
    }

    @Override
    public String bootstrap() {
        return IDS.stream().map(this::bootstrap).collect(Collectors.joining(","));
    }

    /** A node that is neither of these. */
    static int otherThan(int... ids) {
        return IDS.stream()
                .filter(id -> IntStream.of(ids).noneMatch(one -> one == id))
                .findFirst()
                .orElseThrow();
    }

    /** Asks until it is so: nothing tells a client when a cluster has come to rest. */
    static void await(String what, Callable<Boolean> question) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!question.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (RunningProgram node : running.values()) {
            node.kill();
        }
    }
}
