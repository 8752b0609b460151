package io.millrace.verticles.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.oracle.Batches;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import io.millrace.protocol.Errors;
import io.millrace.verticles.cluster.TestCluster;
import io.millrace.verticles.node.Broker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers, one topic with three replicas, and a stock producer with acks=all. */
class ReplicatedTopicTest {
    private static final String TOPIC = "orders";
    private static final int RECORDS = 2_000;

    @TempDir
    Path root;

    private TestCluster cluster;

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private void start(Map<String, String> settings) {
        cluster = new TestCluster(root, 3, 0, settings).start();
    }

    private void createTopic(int partitions, Map<String, String> configs) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 3).configs(configs)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        cluster.awaitSameMetadata();
    }

    private KafkaProducer<String, String> producer() {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", cluster.bootstrap());
        config.put("acks", "all");
        config.put("linger.ms", "1");
        config.put("delivery.timeout.ms", "60000");
        config.put("request.timeout.ms", "3000");
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    /** Sends records numbered from {@code first} and returns what was acknowledged, by partition and offset. */
    private static void send(KafkaProducer<String, String> producer, int first, int count, Map<String, String> acked)
            throws ExecutionException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            sent.add(producer.send(new ProducerRecord<>(TOPIC, "k" + i, "v" + i)));
        }
        for (int i = 0; i < count; i++) {
            RecordMetadata where = sent.get(i).get();
            acked.put(where.partition() + "/" + where.offset(), "v" + (first + i));
        }
    }

    private Map<String, String> consume(int partitions) {
        return consume(partitions, Map.of());
    }

    private Map<String, String> consume(int partitions, Map<String, String> settings) {
        Map<String, String> found = new HashMap<>();
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", cluster.bootstrap());
        config.put("auto.offset.reset", "earliest");
        config.putAll(settings);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                all.add(new TopicPartition(TOPIC, p));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (!all.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    found.put(record.partition() + "/" + record.offset(), record.value());
                }
            }
        }
        return found;
    }

    private TopicImage topic() {
        return cluster.broker(cluster.ids().get(0)).image().topic(TOPIC);
    }

    private void awaitAllInSync() {
        TestCluster.await("all replicas in sync", () -> topic().partitions().stream()
                .allMatch(p -> p.isr().length == 3 && p.hasLeader()));
    }

    /** Segment files by name, of one partition on one node. */
    private Map<String, byte[]> segments(int node, int partition) {
        Map<String, byte[]> files = new HashMap<>();
        Path data = cluster.data(node);
        try (Stream<Path> found = Files.walk(data)) {
            for (Path file : found.filter(f -> f.toString().endsWith(".log")).toList()) {
                String folder = file.getParent().getFileName().toString();
                if (folder.startsWith(TOPIC + "-" + partition)) {
                    files.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return files;
    }

    private void assertEqualOnDisk(int partitions) {
        for (int p = 0; p < partitions; p++) {
            int partition = p;
            Map<String, byte[]> first = segments(1, partition);
            assertThat(first).as("files of partition " + p).isNotEmpty();
            for (int node = 2; node <= 3; node++) {
                int other = node;
                TestCluster.await(
                        "node " + node + " has the same bytes", () -> same(first, segments(other, partition)));
            }
        }
    }

    private static boolean same(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.entrySet().stream().allMatch(e -> java.util.Arrays.equals(e.getValue(), other.get(e.getKey())));
    }

    @Test
    void whatIsAcknowledgedIsOnAllThreeNodes() throws Exception {
        start(Map.of());
        createTopic(4, Map.of());
        Map<String, String> acked = new HashMap<>();

        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, RECORDS, acked);
        }

        assertThat(acked).hasSize(RECORDS);
        assertThat(consume(4)).isEqualTo(acked);
        assertEqualOnDisk(4);
    }

    /** It knows no other leader, and a client that may ask it again for the metadata would. */
    @Test
    void aLeaderThatIsCutOffAnswersAndThenClosesTheConnection() throws Exception {
        start(Map.of());
        createTopic(1, Map.of());
        awaitAllInSync();
        int leader = topic().partition(0).leader();
        Broker broker = cluster.broker(leader);
        try (WireClient client = WireClient.to(broker.advertised().get(0).port())) {
            assertThat(produce(client).errorCode()).isEqualTo(Errors.NONE.code());

            broker.shards().cutOff(true);
            PartitionProduceResponse refused = produce(client);
            assertThat(refused.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
            assertThat(refused.currentLeader().leaderId()).as("no leader").isEqualTo(-1);
            assertThat(client.closedWithinMs(10_000)).isTrue();
        }
        broker.shards().cutOff(false);
        try (WireClient client = WireClient.to(broker.advertised().get(0).port())) {
            assertThat(produce(client).errorCode()).isEqualTo(Errors.NONE.code());
        }
    }

    private static PartitionProduceResponse produce(WireClient client) throws IOException {
        ProduceResponseData answer =
                client.ask(Requests.produce(new Topic(TOPIC, Uuid.ZERO_UUID), 0, Batches.values("v")), 10);
        return answer.responses().iterator().next().partitionResponses().get(0);
    }

    @Test
    void inGroupModeToo() throws Exception {
        start(Map.of());
        createTopic(2, Map.of("flush.mode", "group"));
        Map<String, String> acked = new HashMap<>();

        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, RECORDS, acked);
        }

        assertThat(consume(2)).isEqualTo(acked);
        assertEqualOnDisk(2);
    }

    @Test
    void nothingAcknowledgedIsLostWhenALeaderVanishesAndItJoinsAgain() throws Exception {
        start(Map.of("replica.lag.time.max.ms", "3000"));
        createTopic(3, Map.of("min.insync.replicas", "2"));
        awaitAllInSync();
        Map<String, String> acked = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, RECORDS, acked);
            PartitionImage first = topic().partition(0);

            cluster.kill(first.leader());
            send(producer, RECORDS, RECORDS, acked);

            assertThat(consume(3)).isEqualTo(acked);
            cluster.start(first.leader());
            awaitAllInSync();
            send(producer, 2 * RECORDS, RECORDS, acked);
        }
        assertThat(consume(3)).isEqualTo(acked);
        assertEqualOnDisk(3);
    }

    /** Leaders and followers change their disk while they replicate; then each leads in turn with what it has there. */
    @Test
    void replicasThatChangeTheirDiskGoOnReplicating() throws Exception {
        cluster = new TestCluster(root, 3, 0, Map.of("replica.lag.time.max.ms", "3000"))
                .withSecondDirectories()
                .start();
        createTopic(3, Map.of("min.insync.replicas", "2", "segment.bytes", "1048576"));
        awaitAllInSync();
        Map<String, String> acked = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer();
                Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            send(producer, 0, RECORDS, acked);
            for (int round = 0; round < 3; round++) {
                moveAll(admin);
                send(producer, (round + 1) * RECORDS, RECORDS, acked);
                TestCluster.await("all have moved", () -> moving(admin) == 0);
            }
            for (int node = 1; node <= 3; node++) {
                cluster.kill(node);
                send(producer, (node + 3) * RECORDS, RECORDS, acked);
                assertThat(consume(3)).isEqualTo(acked);
                cluster.start(node);
                awaitAllInSync();
            }
        }
        assertThat(consume(3)).isEqualTo(acked);
    }

    private void moveAll(Admin admin) throws Exception {
        Map<TopicPartitionReplica, String> wanted = new HashMap<>();
        for (int node = 1; node <= 3; node++) {
            for (int partition = 0; partition < 3; partition++) {
                TopicPartitionReplica replica = new TopicPartitionReplica(TOPIC, partition, node);
                String place = place(admin, replica).getCurrentReplicaLogDir();
                String first = cluster.data(node).toString();
                wanted.put(
                        replica,
                        place.equals(first) ? cluster.secondDirectory(node).toString() : first);
            }
        }
        admin.alterReplicaLogDirs(wanted).all().get();
    }

    private static ReplicaLogDirInfo place(Admin admin, TopicPartitionReplica replica) throws Exception {
        return admin.describeReplicaLogDirs(List.of(replica)).all().get().get(replica);
    }

    private static long moving(Admin admin) {
        try {
            long moving = 0;
            for (var directories : admin.describeLogDirs(List.of(1, 2, 3))
                    .allDescriptions()
                    .get()
                    .values()) {
                for (LogDirDescription directory : directories.values()) {
                    moving += directory.replicaInfos().values().stream()
                            .filter(ReplicaInfo::isFuture)
                            .count();
                }
            }
            return moving;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFollowerThatLostTheEndOfItsFilesGetsItBack() throws Exception {
        start(Map.of("replica.lag.time.max.ms", "3000"));
        createTopic(2, Map.of("min.insync.replicas", "2"));
        awaitAllInSync();
        Map<String, String> acked = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, RECORDS, acked);
            int follower = followerOfAll();
            cluster.kill(follower);
            cutFiles(follower, 117);
            send(producer, RECORDS, RECORDS, acked);

            cluster.start(follower);
            awaitAllInSync();
        }
        assertThat(consume(2)).isEqualTo(acked);
        assertEqualOnDisk(2);
    }

    @Test
    void aNodeWithoutItsReplicasGetsAllOfThemAgain() throws Exception {
        start(Map.of("replica.lag.time.max.ms", "3000"));
        createTopic(2, Map.of("min.insync.replicas", "2", "segment.bytes", "1048576"));
        awaitAllInSync();
        Map<String, String> acked = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, 5 * RECORDS, acked);
            int follower = followerOfAll();
            cluster.kill(follower);
            removeReplicas(follower);
            send(producer, 5 * RECORDS, RECORDS, acked);

            cluster.start(follower);
            awaitAllInSync();
        }
        assertThat(consume(2)).isEqualTo(acked);
        assertEqualOnDisk(2);
    }

    /** As if the disk had lost them: the folders of the topic go. */
    private void removeReplicas(int node) throws IOException {
        try (Stream<Path> found = Files.walk(cluster.data(node))) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                if (cluster.data(node).relativize(path).toString().startsWith(TOPIC)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** A node that leads nothing of the topic, after the leaderships have been moved off it. */
    private int followerOfAll() {
        return cluster.ids().stream()
                .filter(id -> topic().partitions().stream().noneMatch(p -> p.leader() == id))
                .findFirst()
                .orElseThrow();
    }

    private void cutFiles(int node, int bytes) throws IOException {
        try (Stream<Path> found = Files.walk(cluster.data(node))) {
            for (Path file : found.filter(f -> f.toString().endsWith(".log")).toList()) {
                if (file.getParent().getFileName().toString().startsWith(TOPIC) && Files.size(file) > bytes) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(channel.size() - bytes);
                    }
                }
            }
        }
    }

    @Test
    void aConsumerThatNamesItsRackReadsFromTheReplicaThere() throws Exception {
        cluster = new TestCluster(
                        root,
                        3,
                        0,
                        Map.of("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector"))
                .inRacks()
                .start();
        createTopic(1, Map.of());
        awaitAllInSync();
        Map<String, String> acked = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer()) {
            send(producer, 0, RECORDS, acked);
        }
        int leader = topic().partition(0).leader();
        int near = cluster.ids().stream().filter(id -> id != leader).findFirst().orElseThrow();

        assertThat(consume(1, Map.of("client.rack", "rack-" + near))).isEqualTo(acked);

        assertThat(bytesOut(near)).as("read from the near replica").isPositive();
        assertThat(bytesOut(leader)).as("read from the leader").isZero();
    }

    private long bytesOut(int node) {
        return cluster.broker(node).metrics().total(TOPIC).bytesOut.get();
    }

    @Test
    void aNodeIsNotCaughtUpWhileAReplicaOfItIsOutOfSync() throws Exception {
        start(Map.of("replica.lag.time.max.ms", "2000"));
        createTopic(1, Map.of());
        awaitAllInSync();
        for (int id : cluster.ids()) {
            assertThat(cluster.broker(id).behindBecause()).isEmpty();
        }
        int follower = followerOfAll();

        cluster.kill(follower);
        TestCluster.await(
                "it has left the in-sync replicas", () -> topic().partition(0).isr().length == 2);

        int leader = topic().partition(0).leader();
        TestCluster.await("the leader says so", () -> cluster.broker(leader)
                .underReplicated()
                .orElse("")
                .endsWith("not in sync: nodes [" + follower + "]"));
        cluster.start(follower);
        awaitAllInSync();
        TestCluster.await(
                "it is caught up",
                () -> cluster.broker(follower).behindBecause().isEmpty());
    }
}
