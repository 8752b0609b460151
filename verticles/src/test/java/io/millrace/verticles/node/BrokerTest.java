package io.millrace.verticles.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.shard.LogDirectories;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker in this JVM, used by Kafka's own Java client. */
@Timeout(60)
class BrokerTest {
    @TempDir
    Path data;

    private List<Path> folders;
    private Vertx vertx;
    private Broker broker;

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private void start() {
        HostPort any = new HostPort("127.0.0.1", 0);
        NodeConfig config = new NodeConfig(
                1,
                Optional.empty(),
                Optional.empty(),
                List.of(new NodeConfig.Listener("PLAINTEXT", any, any)),
                folders == null ? List.of(data) : folders,
                new NodeConfig.Cluster(List.of(new NodeConfig.Voter(1, any)), any, any, any, List.of(), "test"),
                Optional.empty(),
                Map.of("num.partitions", "3"),
                new NodeConfig.Runtime(2, 64 << 20, 16 << 20, 2, 2, 100, 64 << 20, 10_000));
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        broker = new Broker(vertx, config, UUID.randomUUID(), new BusDirectory(), new BrokerMetrics(), why -> {});
        await(broker.start());
    }

    private void stop() {
        await(broker.stop());
        await(vertx.close());
        vertx = null;
    }

    @AfterEach
    void stopIfRunning() {
        if (vertx != null) {
            stop();
        }
    }

    private Map<String, Object> client() {
        return Map.of(
                "bootstrap.servers", "127.0.0.1:" + broker.advertised().get(0).port());
    }

    private void produce(String topic, int from, int to) throws Exception {
        Map<String, Object> settings = new java.util.HashMap<>(client());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) {
                sent.add(producer.send(
                        new ProducerRecord<>(topic, i % 3, null, ("v" + i).getBytes(StandardCharsets.UTF_8))));
            }
            for (java.util.concurrent.Future<?> one : sent) {
                one.get();
            }
        }
    }

    private List<String> consume(String topic, int count) {
        Map<String, Object> settings = new java.util.HashMap<>(client());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(record.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }

    private static List<String> values(int to) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < to; i++) {
            values.add("v" + i);
        }
        return values;
    }

    @Test
    void whatAJavaProducerWritesAJavaConsumerReads() throws Exception {
        start();

        produce("orders", 0, 1000);

        assertThat(consume("orders", 1000)).containsExactlyInAnyOrderElementsOf(values(1000));
    }

    @Test
    void topicsRecordsAndProducersAreThereAfterARestart() throws Exception {
        start();
        produce("orders", 0, 500);
        stop();

        start();
        produce("orders", 500, 1000);

        assertThat(consume("orders", 1000)).containsExactlyInAnyOrderElementsOf(values(1000));
    }

    /** Partitions of which the metadata says that this node serves without them; nobody leads those. */
    private int lost(String topic) {
        int lost = 0;
        for (PartitionImage partition : broker.image().topic(topic).partitions()) {
            assertThat(partition.isLostAt(1) && partition.hasLeader()).isFalse();
            lost += partition.isLostAt(1) ? 1 : 0;
        }
        return lost;
    }

    @Test
    void aNodeStartsWithoutOneOfItsDisksAndLosesNothing() throws Exception {
        Path second = data.resolve("second");
        Path unmounted = data.resolve("unmounted");
        folders = List.of(data.resolve("first"), second);
        start();
        produce("orders", 0, 300);
        stop();
        Files.move(second, unmounted);
        start();

        LogDirectories directories = broker.directories();
        assertThat(directories.all()).hasSize(1);
        assertThat(directories.attention()).singleElement().satisfies(sentence -> assertThat(sentence)
                .contains(second.toString()));
        int offline = 0;
        while (lost("orders") == 0) {
            // It tells the controller when it serves.
            Thread.onSpinWait();
        }
        assertThat(broker.behindBecause())
                .as("what is missing is not on its way")
                .isEmpty();
        for (int partition = 0; partition < 3; partition++) {
            UUID topic = broker.image().topic("orders").id();
            boolean missing = await(broker.shards().<Boolean>ask(topic, partition, (replica, done) -> {
                done.complete(replica == null);
            }));
            offline += missing ? 1 : 0;
        }
        assertThat(offline)
                .as("partitions of the second folder")
                .isBetween(1, 2)
                .isEqualTo(lost("orders"));
        produce("news", 0, 300);
        assertThat(consume("news", 300)).hasSize(300);
        stop();
        assertThat(second).doesNotExist();
        Files.move(unmounted, second);
        start();

        assertThat(consume("orders", 300)).containsExactlyInAnyOrderElementsOf(values(300));
        assertThat(consume("news", 300)).containsExactlyInAnyOrderElementsOf(values(300));
        assertThat(broker.directories().attention()).isEmpty();
    }
}
