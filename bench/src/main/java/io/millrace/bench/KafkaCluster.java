package io.millrace.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Three nodes of Apache Kafka 4.3.1, each broker and controller, with its own default settings.
 *
 * <p>Thread: main.
 */
final class KafkaCluster extends ClusterPeer {
    private static final List<String> FLAGS = List.of(
            "-Xms1G",
            "-Xmx1G",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");
    private static final String[] DIRECTORY_IDS = {
        "JEXY6aqzQY-32P5TStzaFg", "MvDxzVmcRsaTz33bUuRU6A", "07R5amHmR32VDA6jHkGbTA"
    };

    private final Path classpath;
    private final List<Integer> controllerPorts = freePorts(NODES);

    KafkaCluster(Path work, Path tools) {
        super("Kafka", work);
        classpath = tools.resolve("kafka-tools/lib");
    }

    private List<String> java(List<String> flags, String... rest) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classpath + "/*"));
        command.addAll(List.of(rest));
        return command;
    }

    private Path properties(int node) {
        return home(node).resolve("server.properties");
    }

    @Override
    List<String> command(int node) {
        return java(FLAGS, "kafka.Kafka", properties(node).toString());
    }

    @Override
    void prepareEmptyFolders() throws Exception {
        StringBuilder servers = new StringBuilder();
        StringBuilder voters = new StringBuilder();
        for (int node = 1; node <= NODES; node++) {
            String address = "127.0.0.1:" + controllerPorts.get(node - 1);
            servers.append(node > 1 ? "," : "").append(address);
            voters.append(node > 1 ? "," : "").append(node + "@" + address + ":" + DIRECTORY_IDS[node - 1]);
        }
        for (int node = 1; node <= NODES; node++) {
            String listener = "PLAINTEXT://127.0.0.1:" + port(node);
            Files.writeString(properties(node), """
                    process.roles=broker,controller
                    node.id=%1$d
                    listeners=%2$s,CONTROLLER://127.0.0.1:%3$d
                    advertised.listeners=%2$s
                    controller.listener.names=CONTROLLER
                    controller.quorum.bootstrap.servers=%4$s
                    log.dirs=%5$s
                    """.formatted(
                            node,
                            listener,
                            controllerPorts.get(node - 1),
                            servers,
                            home(node).resolve("data")));
            Process format = new ProcessBuilder(java(
                            List.of(),
                            "kafka.tools.StorageTool",
                            "format",
                            "--initial-controllers",
                            voters.toString(),
                            "-t",
                            "MkU3OEVBNTcwNTJENDM2Qg",
                            "-c",
                            properties(node).toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(home(node).resolve("format.log").toFile())
                    .start();
            if (format.waitFor() != 0) {
                throw new IllegalStateException(
                        "Kafka's folder cannot be formatted: see " + home(node).resolve("format.log"));
            }
        }
    }
}
