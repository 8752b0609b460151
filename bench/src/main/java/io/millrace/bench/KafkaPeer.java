package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Apache Kafka 4.3.1 in KRaft combined mode with its own default settings and the JVM flags of its own start script.
 *
 * <p>Thread: main.
 */
final class KafkaPeer extends Peer {
    private final Path classpath;
    private final int controllerPort = freePort();

    KafkaPeer(Path work, Path tools) {
        super("Kafka", work);
        classpath = tools.resolve("kafka-tools/lib");
    }

    private Path properties() {
        return home().resolve("server.properties");
    }

    private List<String> java(List<String> flags, String... rest) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classpath + "/*"));
        command.addAll(List.of(rest));
        return command;
    }

    @Override
    List<String> command() {
        return java(
                List.of(
                        "-Xms1G",
                        "-Xmx1G",
                        "-server",
                        "-XX:+UseG1GC",
                        "-XX:MaxGCPauseMillis=20",
                        "-XX:InitiatingHeapOccupancyPercent=35",
                        "-XX:+ExplicitGCInvokesConcurrent",
                        "-Djava.awt.headless=true"),
                "kafka.Kafka",
                properties().toString());
    }

    @Override
    void prepareEmptyFolder() {
        String listeners = "PLAINTEXT://127.0.0.1:" + port();
        try {
            Files.writeString(properties(), """
                    process.roles=broker,controller
                    node.id=1
                    listeners=%1$s,CONTROLLER://127.0.0.1:%2$d
                    advertised.listeners=%1$s
                    controller.listener.names=CONTROLLER
                    controller.quorum.bootstrap.servers=127.0.0.1:%2$d
                    log.dirs=%3$s
                    offsets.topic.replication.factor=1
                    """.formatted(listeners, controllerPort, home().resolve("data")));
            Process format = new ProcessBuilder(java(
                            List.of(),
                            "kafka.tools.StorageTool",
                            "format",
                            "--standalone",
                            "-t",
                            "MkU3OEVBNTcwNTJENDM2Qg",
                            "-c",
                            properties().toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(home().resolve("format.log").toFile())
                    .start();
            if (format.waitFor() != 0) {
                throw new IllegalStateException(
                        "Kafka's folder cannot be formatted: see " + home().resolve("format.log"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
