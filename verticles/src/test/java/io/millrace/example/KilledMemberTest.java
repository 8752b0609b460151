package io.millrace.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Commands;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members of one group in processes of their own, one through each door; each is killed and the other takes over. */
@Tag("full")
@Timeout(180)
class KilledMemberTest {
    private static final String TOPIC = "tasks";
    private static final String GROUP = "workers";
    private static final int PARTITIONS = 4;
    private static final String ALL = "0,1,2,3";
    private static final int SESSION_MS = 6_000;
    private static final long LIMIT_S = 60;

    @TempDir
    Path home;

    /** A member's process and what it has printed. */
    private static final class Member implements AutoCloseable {
        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        Member(String door, String where) throws IOException {
            process = new ProcessBuilder(Commands.java(
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                            GroupMember.class.getName(),
                            door,
                            where,
                            GROUP,
                            TOPIC,
                            "" + SESSION_MS))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread reader = new Thread(this::read, "output of " + door);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                }
            } catch (IOException gone) {
                lines.add("GONE");
            }
        }

        /** The next line with this word that will do; what comes before it is passed over. */
        String await(String word, Predicate<String> good) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
            for (; ; ) {
                String line = lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                assertThat(line).as("the next %s of a member", word).isNotNull();
                if (line.startsWith(word + " ") && good.test(line.substring(word.length() + 1))) {
                    return line.substring(word.length() + 1);
                }
            }
        }

        void kill() {
            process.destroyForcibly();
        }

        @Override
        public void close() {
            kill();
        }
    }

    @Test
    void whicheverMemberIsKilledTheOtherTakesOverAndTheNodeForgetsIt() throws Exception {
        try (BusProcesses nodes = new BusProcesses(
                        home,
                        1,
                        Map.of(
                                "group.initial.rebalance.delay.ms", "100",
                                "offsets.topic.num.partitions", "3",
                                "offsets.topic.replication.factor", "1"));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", nodes.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer())) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
            String seed = nodes.seeds().get(0);
            try (Member kafka = new Member("kafka", nodes.bootstrap())) {
                kafka.await("ASSIGNED", ALL::equals);
                try (Member first = new Member("bus", seed)) {
                    first.await("ASSIGNED", half -> half.length() == 3);
                    kafka.await("ASSIGNED", half -> half.length() == 3);
                    assertThat(sessions(nodes)).isPositive();

                    first.kill();

                    kafka.await("ASSIGNED", ALL::equals);
                    takesOver(kafka, producer, "after the application");
                    // Its session at the group has ended by now, so the bus has long noticed
                    assertThat(sessions(nodes)).isZero();
                }
                try (Member second = new Member("bus", seed)) {
                    second.await("ASSIGNED", half -> half.length() == 3);
                    kafka.await("ASSIGNED", half -> half.length() == 3);

                    kafka.kill();

                    second.await("ASSIGNED", ALL::equals);
                    takesOver(second, producer, "after the consumer");
                }
            }
        } finally {
            com.hazelcast.core.Hazelcast.shutdownAll();
        }
    }

    private static void takesOver(Member heir, KafkaProducer<String, String> producer, String text) throws Exception {
        Set<String> missing = new HashSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            missing.add(text + " " + partition);
            producer.send(new ProducerRecord<>(TOPIC, partition, null, text + " " + partition))
                    .get();
        }
        while (!missing.isEmpty()) {
            missing.remove(heir.await("RECORD", missing::contains));
        }
    }

    /** Sessions that the node says are open at its door. */
    private static int sessions(BusProcesses nodes) {
        try {
            String scrape = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nodes.httpPort(1) + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return scrape.lines()
                    .filter(line -> line.startsWith("millrace_door_sessions"))
                    .map(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
