package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Commands;
import io.millrace.oracle.Deadline;
import io.millrace.oracle.FreePorts;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A distributed Connect worker, unchanged, with a file source and a file sink: it is killed, its broker is killed, and at the
 * end every line of the one file is in the other.
 *
 * <p>Thread: the test's; the worker is a process of its own.
 */
@Tag("full")
@Timeout(200)
class ConnectTest {
    private static final int LINES = 200;
    private static final int WAIT_S = 60;

    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Set<String> written = new LinkedHashSet<>();
    private int restPort;

    @Test
    void aWorkerThatIsKilledCarriesEveryLineOver() throws Exception {
        String classpath = TestTools.classpath("connect");
        restPort = FreePorts.next();
        try (Broker broker = Brokers.startOurs(StreamsTest.SETTINGS);
                Side side = Brokers.side(broker)) {
            side.topicNamed("carried", 1, Map.of());
            Files.writeString(dir.resolve("worker.properties"), worker(broker));
            write(LINES);
            try (RunningProgram first = worker(classpath, "first")) {
                put("source", """
                        {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": "1",
                         "file": "%s", "topic": "carried"}""".formatted(dir.resolve("in.txt")), first);
                put("sink", """
                        {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "1",
                         "file": "%s", "topics": "carried"}""".formatted(dir.resolve("out.txt")), first);
                await(first);
                write(LINES);
                first.kill();
            }
            write(LINES);
            try (RunningProgram second = worker(classpath, "second")) {
                await(second);
                broker.kill();
                write(LINES);
                broker.startAgain();
                await(second);
            }
        }
    }

    private RunningProgram worker(String classpath, String name) throws IOException {
        return RunningProgram.start(
                Commands.java(
                        classpath,
                        List.of(
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlog4j2.level=WARN",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                        "org.apache.kafka.connect.cli.ConnectDistributed",
                        dir.resolve("worker.properties").toString()),
                dir.resolve(name + ".out"));
    }

    private String worker(Broker broker) {
        return """
                bootstrap.servers=%s
                group.id=connect-workers
                listeners=http://127.0.0.1:%d
                plugin.discovery=service_load
                key.converter=org.apache.kafka.connect.storage.StringConverter
                value.converter=org.apache.kafka.connect.storage.StringConverter
                config.storage.topic=connect-configs
                config.storage.replication.factor=1
                offset.storage.topic=connect-offsets
                offset.storage.replication.factor=1
                offset.storage.partitions=3
                status.storage.topic=connect-status
                status.storage.replication.factor=1
                status.storage.partitions=2
                offset.flush.interval.ms=500
                session.timeout.ms=3000
                heartbeat.interval.ms=500
                consumer.session.timeout.ms=3000
                consumer.heartbeat.interval.ms=500
                scheduled.rebalance.max.delay.ms=500
                """.formatted(broker.bootstrap(), restPort);
    }

    private void write(int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String line = "line " + written.size();
            written.add(line);
            lines.append(line).append('\n');
        }
        Files.writeString(dir.resolve("in.txt"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The worker's REST door opens after it has read its topics, and refuses while it rebalances. */
    private void put(String name, String config, RunningProgram worker) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + restPort + "/connectors/" + name + "/config"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .PUT(HttpRequest.BodyPublishers.ofString(config))
                .build();
        String last = "";
        for (Deadline deadline = Deadline.inSeconds(WAIT_S); deadline.goOn(); ) {
            worker.requireAlive();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() / 100 == 2) {
                    return;
                }
                last = answer.statusCode() + " " + answer.body();
            } catch (IOException e) {
                last = e.toString();
            }
            LockSupport.parkNanos(100_000_000);
        }
        throw new AssertionError("no connector " + name + ": " + last + "\n" + worker.output());
    }

    /** Connect promises every line at least once. */
    private void await(RunningProgram worker) throws Exception {
        Path out = dir.resolve("out.txt");
        List<String> arrived = List.of();
        for (Deadline deadline = Deadline.inSeconds(WAIT_S); deadline.goOn(); ) {
            worker.requireAlive();
            arrived = Files.exists(out) ? Files.readAllLines(out, StandardCharsets.UTF_8) : List.of();
            if (new LinkedHashSet<>(arrived).containsAll(written)) {
                break;
            }
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(new ArrayList<>(new LinkedHashSet<>(arrived)))
                .as("lines carried over; the worker said%n%s", worker.output())
                .containsExactlyElementsOf(written);
    }
}
