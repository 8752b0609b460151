package io.millrace.clients;

import io.millrace.oracle.Commands;
import io.millrace.oracle.FreePorts;
import io.millrace.oracle.TestTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Three nodes of Apache Kafka, each broker and voter, on free ports of loopback, with the folders and racks of a
 * {@link ThreeNodes}.
 *
 * <p>Thread: the test's. What a test run leaves behind is killed by a shutdown hook.
 */
final class ThreeKafkas implements Addresses, AutoCloseable {
    private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";
    private static final List<String> DIRECTORY_IDS =
            List.of("JEXY6aqzQY-32P5TStzaFg", "MvDxzVmcRsaTz33bUuRU6A", "07R5amHmR32VDA6jHkGbTA");

    private final Path home;
    private final Map<String, String> settings;
    private final List<Integer> ports = freePorts();
    private final List<Integer> controllers = freePorts();
    private final Map<Integer, RunningProgram> running = new TreeMap<>();

    /** Nothing is started yet; {@code settings} are Kafka's own broker settings. */
    ThreeKafkas(Path home, Map<String, String> settings) {
        this.home = home;
        this.settings = settings;
    }

    private static List<Integer> freePorts() {
        return Stream.generate(FreePorts::next).limit(ThreeNodes.IDS.size()).toList();
    }

    private static List<String> java(String main, String... arguments) {
        return Commands.java(
                TestTools.classpath("oracle"),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                main,
                arguments);
    }

    private Path properties(int id) {
        return home.resolve("kafka-" + id + ".properties");
    }

    private Path out(int id) {
        return home.resolve("kafka-" + id + ".out");
    }

    /** Formats the folders, all at once, and starts; {@link #awaitReady} waits. */
    ThreeKafkas beginAll() throws Exception {
        String voters = ThreeNodes.IDS.stream()
                .map(id -> id + "@127.0.0.1:" + controllers.get(id - 1) + ":" + DIRECTORY_IDS.get(id - 1))
                .collect(Collectors.joining(","));
        List<CompletableFuture<Commands.Result>> formats = new ArrayList<>();
        for (int id : ThreeNodes.IDS) {
            write(id);
            formats.add(CompletableFuture.supplyAsync(() -> Commands.run(java(
                    "kafka.tools.StorageTool",
                    "format",
                    "--initial-controllers",
                    voters,
                    "-t",
                    CLUSTER_ID,
                    "-c",
                    properties(id).toString()))));
        }
        for (CompletableFuture<Commands.Result> format : formats) {
            Commands.Result result = format.get();
            if (result.exitCode() != 0) {
                throw new IllegalStateException("Kafka's folder cannot be formatted:\n" + result);
            }
        }
        for (int id : ThreeNodes.IDS) {
            running.put(
                    id, RunningProgram.start(java("kafka.Kafka", properties(id).toString()), out(id)));
        }
        return this;
    }

    private void write(int id) throws IOException {
        Map<String, String> all = new TreeMap<>(settings);
        String listener = "PLAINTEXT://" + bootstrap(id);
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(id));
        all.put("broker.rack", "rack-" + id);
        all.put("listeners", listener + ",CONTROLLER://127.0.0.1:" + controllers.get(id - 1));
        all.put("advertised.listeners", listener);
        all.put("controller.listener.names", "CONTROLLER");
        all.put(
                "controller.quorum.bootstrap.servers",
                controllers.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
        all.put("log.dirs", data(id, "a") + "," + data(id, "b"));
        Files.write(
                properties(id),
                all.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }

    private Path data(int id, String which) {
        return home.resolve("kafka-" + id).resolve(which);
    }

    void awaitReady() throws Exception {
        for (int id : ThreeNodes.IDS) {
            ThreeNodes.await("Kafka " + id + " serves", () -> {
                running.get(id).requireAlive();
                return running.get(id).output().contains("Kafka Server started");
            });
        }
    }

    /** SIGKILL. */
    void kill(int id) throws InterruptedException {
        running.remove(id).kill();
    }

    @Override
    public String bootstrap(int id) {
        return "127.0.0.1:" + ports.get(id - 1);
    }

    @Override
    public String bootstrap() {
        return ThreeNodes.IDS.stream().map(this::bootstrap).collect(Collectors.joining(","));
    }

    @Override
    public void close() throws InterruptedException {
        for (RunningProgram node : running.values()) {
            node.kill();
        }
    }
}
