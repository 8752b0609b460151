package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirCollection;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopicCollection;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replicas that move between the log directories of a node (KIP-113): what the administrator asks, is answered and sees, on
 * nodes with two directories.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@Timeout(120)
class LogDirMovesTest {
    private static final String RATE = "replica.alter.log.dirs.io.max.bytes.per.second";
    private static final int RECORD_BYTES = 20_000;

    private static BothBrokers both;

    @BeforeAll
    static void start() {
        both = BothBrokers.startOn(List.of("a", "b"));
    }

    @AfterAll
    static void stop() {
        both.close();
    }

    private static String path(Side side, String name) {
        return side.broker().dataDirectory().resolve(name).toString();
    }

    private static String normal(Side side, Object answer) {
        return side.normal(answer).replace(side.broker().dataDirectory() + "/", "/");
    }

    private static TopicPartitionReplica replica(String topic, int partition) {
        return new TopicPartitionReplica(topic, partition, 1);
    }

    /** Where the replica is, and where it is going: "/a" or "/a -> /b". */
    private static String place(Side side, String topic, int partition) throws Exception {
        ReplicaLogDirInfo info = side.admin()
                .describeReplicaLogDirs(List.of(replica(topic, partition)))
                .all()
                .get()
                .get(replica(topic, partition));
        String future = info.getFutureReplicaLogDir();
        return normal(side, info.getCurrentReplicaLogDir() + (future == null ? "" : " -> " + future));
    }

    private static String other(Side side, String topic, int partition) throws Exception {
        return place(side, topic, partition).equals("/a") ? "b" : "a";
    }

    private static String move(Side side, String topic, int partition, String to) throws Exception {
        try {
            side.admin()
                    .alterReplicaLogDirs(Map.of(replica(topic, partition), path(side, to)))
                    .all()
                    .get();
            return "ok";
        } catch (ExecutionException e) {
            return Errors.forException(e.getCause()).name();
        }
    }

    private static void await(Side side, String topic, int partition, String place) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(30); deadline.goOn(); ) {
            if (place(side, topic, partition).equals(place)) {
                return;
            }
        }
        assertThat(place(side, topic, partition)).as(side.name()).isEqualTo(place);
    }

    /** The rate of this node's moves in bytes per second; none for null. */
    private static void rate(Side side, String bytes) throws Exception {
        AlterConfigOp op = new AlterConfigOp(
                new ConfigEntry(RATE, bytes), bytes == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET);
        side.admin()
                .incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, "1"), List.of(op)))
                .all()
                .get();
    }

    private static List<byte[]> fill(Side side, String topic, int records) throws Exception {
        Random random = new Random(records);
        List<byte[]> sent = new ArrayList<>();
        List<Future<RecordMetadata>> acks = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(side)) {
            for (int i = 0; i < records; i++) {
                byte[] value = new byte[RECORD_BYTES];
                random.nextBytes(value);
                sent.add(value);
                acks.add(producer.send(new ProducerRecord<>(topic, 0, null, value)));
            }
            for (Future<RecordMetadata> ack : acks) {
                ack.get();
            }
        }
        return sent;
    }

    private static KafkaProducer<byte[], byte[]> producer(Side side) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", side.broker().bootstrap(), "acks", "all", "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static List<byte[]> read(Side side, String topic, int count) {
        List<byte[]> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", side.broker().bootstrap(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (Deadline deadline = Deadline.inSeconds(30); deadline.goOn() && values.size() < count; ) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    assertThat(record.offset()).isEqualTo(values.size());
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    private static AlterReplicaLogDirsRequestData refused(Side side, Topic topic, List<String> names) {
        AlterReplicaLogDirCollection dirs = new AlterReplicaLogDirCollection();
        for (String name : names) {
            AlterReplicaLogDirTopicCollection topics = new AlterReplicaLogDirTopicCollection();
            topics.add(new AlterReplicaLogDirTopic().setName(topic.name()).setPartitions(List.of(0, 7, -1, 7)));
            for (String unknown : List.of("unheard", "a bad name", "", "x".repeat(300))) {
                topics.add(new AlterReplicaLogDirTopic().setName(unknown).setPartitions(List.of(0)));
            }
            dirs.add(new AlterReplicaLogDir()
                    .setPath(name.isEmpty() ? "" : path(side, name))
                    .setTopics(topics));
        }
        return new AlterReplicaLogDirsRequestData().setDirs(dirs);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everyRefusalIsKafkas(int version) throws Exception {
        String answer = both.same("H.81", side -> {
            Topic topic = side.topic("refused", 2, Map.of());
            StringBuilder answers = new StringBuilder();
            try (WireClient client = side.connect()) {
                for (List<String> names : List.of(
                        List.<String>of(),
                        List.of("a"),
                        List.of("nowhere"),
                        List.of("nowhere", "a"),
                        List.of("a", ""))) {
                    AlterReplicaLogDirsResponseData rowsOf = client.ask(refused(side, topic, names), version);
                    Map<String, Short> rows = new TreeMap<>();
                    rowsOf.results().forEach(row -> row.partitions()
                            .forEach(one -> rows.put(
                                    side.normal(row.topicName()) + "-" + one.partitionIndex(), one.errorCode())));
                    answers.append(names).append(' ').append(rows).append('\n');
                }
            }
            return answers.toString();
        });
        assertThat(answer).contains("57");
    }

    @Test
    void aReplicaThatIsNotThereYetIsMadeWhereItWasWished() throws Exception {
        both.same("H.81", side -> {
            String topic = side.uniqueName("wished");
            List<String> answers = new ArrayList<>();
            for (int partition = 0; partition < 3; partition++) {
                answers.add(move(side, topic, partition, "b"));
            }
            side.topicNamed(topic, 3, Map.of());
            for (int partition = 0; partition < 3; partition++) {
                answers.add(place(side, topic, partition));
            }
            return answers;
        });
    }

    @Test
    void aMoveIsSeenThenDoneAndNothingIsLost() throws Exception {
        both.same("H.81", side -> {
            Topic topic = side.topic("moved", 1, Map.of("segment.bytes", "1048576"));
            List<byte[]> sent = fill(side, topic.name(), 200);
            String from = place(side, topic.name(), 0);
            String to = other(side, topic.name(), 0);
            rate(side, "100000");
            try {
                assertThat(move(side, topic.name(), 0, to)).isEqualTo("ok");
                assertThat(place(side, topic.name(), 0)).isEqualTo(from + " -> /" + to);
                Map<String, Boolean> rows = new HashMap<>();
                side.admin()
                        .describeLogDirs(List.of(1))
                        .allDescriptions()
                        .get()
                        .get(1)
                        .forEach(
                                (dir, description) -> description.replicaInfos().forEach((partition, info) -> {
                                    if (partition.topic().equals(topic.name())) {
                                        rows.put(Path.of(dir).getFileName().toString(), info.isFuture());
                                        assertThat(info.offsetLag() > 0)
                                                .as("lag in " + dir)
                                                .isEqualTo(info.isFuture());
                                    }
                                }));
                assertThat(rows).containsEntry(to, true).containsEntry(from.substring(1), false);
                // The same again changes nothing, the place where it is ends the move.
                assertThat(move(side, topic.name(), 0, to)).isEqualTo("ok");
                assertThat(place(side, topic.name(), 0)).isEqualTo(from + " -> /" + to);
                assertThat(move(side, topic.name(), 0, from.substring(1))).isEqualTo("ok");
                await(side, topic.name(), 0, from);
                assertThat(move(side, topic.name(), 0, to)).isEqualTo("ok");
            } finally {
                rate(side, null);
            }
            await(side, topic.name(), 0, "/" + to);
            List<byte[]> read = read(side, topic.name(), 200);
            assertThat(read.toArray(new byte[0][])).isDeepEqualTo(sent.toArray(new byte[0][]));
            return "moved";
        });
    }

    @Test
    void theReassignmentToolMovesItAndSeesIt() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = side.topic("planned", 1, Map.of());
            fill(side, topic.name(), 20);
            String to = other(side, topic.name(), 0);
            Path plan = Files.createTempFile("plan", ".json");
            Files.writeString(plan, """
                    {"version":1,"partitions":[{"topic":"%s","partition":0,"replicas":[1],"log_dirs":["%s"]}]}
                    """.formatted(topic.name(), path(side, to)));
            try {
                String tool = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
                String file = plan.toString();
                String begun = KafkaTool.run(
                        side,
                        tool,
                        "--reassignment-json-file",
                        file,
                        "--execute",
                        "--replica-alter-log-dirs-throttle",
                        "50000000");
                await(side, topic.name(), 0, "/" + to);
                String done = KafkaTool.run(side, tool, "--reassignment-json-file", file, "--verify");
                return normal(side, begun + done).replaceAll("/[ab]\\b", "/DIR");
            } finally {
                Files.delete(plan);
            }
        });
        assertThat(answer)
                .contains("Successfully started moving log directory", "Reassignment of replica")
                .contains("completed successfully");
    }

    @Test
    void aTopicIsDeletedWhileItMoves() throws Exception {
        both.same("H.81", side -> {
            Topic topic = side.topic("deleted", 1, Map.of());
            fill(side, topic.name(), 100);
            String to = other(side, topic.name(), 0);
            rate(side, "50000");
            try {
                String moved = move(side, topic.name(), 0, to);
                side.admin().deleteTopics(List.of(topic.name())).all().get();
                for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
                    boolean there =
                            side.admin().describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
                                    .anyMatch(dir -> dir.replicaInfos().keySet().stream()
                                            .anyMatch(partition ->
                                                    partition.topic().equals(topic.name())));
                    if (!there) {
                        return moved + ", then gone";
                    }
                }
                return moved + ", still there";
            } finally {
                rate(side, null);
            }
        });
    }

    /** There and back, again and again, with an idempotent producer at it all the time. */
    @Test
    void whatIsAcknowledgedWhileItMovesIsThereInItsOrder() throws Exception {
        Side side = both.ours();
        Topic topic = side.topic("busy", 1, Map.of("segment.bytes", "1048576"));
        List<byte[]> sent = new ArrayList<>(fill(side, topic.name(), 100));
        AtomicBoolean stop = new AtomicBoolean();
        Thread load = new Thread(() -> {
            try (KafkaProducer<byte[], byte[]> producer = producer(side)) {
                List<Future<RecordMetadata>> acks = new ArrayList<>();
                for (int i = 0; !stop.get() && i < 20_000; i++) {
                    byte[] value = ("value " + i).getBytes(StandardCharsets.UTF_8);
                    sent.add(value);
                    acks.add(producer.send(new ProducerRecord<>(topic.name(), 0, null, value)));
                    if (i % 50 == 0) {
                        acks.get(i).get();
                    }
                }
                for (Future<RecordMetadata> ack : acks) {
                    ack.get();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Throwable[] failed = {null};
        load.setUncaughtExceptionHandler((thread, e) -> failed[0] = e);
        load.start();
        for (int i = 0; i < 6; i++) {
            String to = other(side, topic.name(), 0);
            assertThat(move(side, topic.name(), 0, to)).isEqualTo("ok");
            await(side, topic.name(), 0, "/" + to);
        }
        stop.set(true);
        load.join();
        assertThat(failed[0]).isNull();
        List<byte[]> read = read(side, topic.name(), sent.size());
        assertThat(read.toArray(new byte[0][])).isDeepEqualTo(sent.toArray(new byte[0][]));
    }
}
