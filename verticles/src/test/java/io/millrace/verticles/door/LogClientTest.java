package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.client.Appended;
import io.millrace.client.ConsumedRecord;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.millrace.log.compress.Compression;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client at the door, and Kafka's own at the other one. */
@Timeout(60)
class LogClientTest {
    @TempDir
    static Path data;

    private static DoorBroker node;

    @BeforeAll
    static void start() {
        node = new DoorBroker(data, Map.of("num.partitions", "3"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String topic(int partitions) throws Exception {
        String name = "t" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
        return name;
    }

    private static LogProducer producer(ProducerOptions options) {
        return LogClient.of(node.vertx()).producer(options);
    }

    private static LogConsumer consumer() {
        return LogClient.of(node.vertx()).consumer(new ConsumerOptions().autoOffsetReset(OffsetReset.EARLIEST));
    }

    /** The next records of a consumer, which is paused before and afterwards. */
    private static List<ConsumedRecord> take(LogConsumer consumer, int count) {
        List<ConsumedRecord> records = Collections.synchronizedList(new ArrayList<>());
        Promise<Void> enough = Promise.promise();
        consumer.exceptionHandler(enough::tryFail);
        consumer.handler(record -> {
            records.add(record);
            if (records.size() == count) {
                enough.tryComplete();
            }
        });
        consumer.fetch(count);
        await(enough.future());
        return records;
    }

    private static List<ConsumerRecord<byte[], byte[]>> poll(String topic, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", node.bootstrap(), "auto.offset.reset", "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(info -> new org.apache.kafka.common.TopicPartition(info.topic(), info.partition()))
                    .toList());
            for (int polls = 0; records.size() < count && polls < 100; polls++) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static byte[] noise(int size, long seed) {
        byte[] bytes = new byte[size];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatOurProducerWritesKafkasConsumerReadsByteForByte(Compression codec) throws Exception {
        String topic = topic(1);
        LogProducer producer = producer(new ProducerOptions().compression(codec));

        for (int i = 0; i < 50; i++) {
            producer.write(new LogRecord(topic, noise(5, i), noise(300, i))
                    .timestamp(1_000_000 + i)
                    .header("h", noise(3, i)));
        }
        await(producer.send(new LogRecord(topic, null, null)));
        await(producer.close());

        List<ConsumerRecord<byte[], byte[]>> read = poll(topic, 51);
        assertThat(read).hasSize(51);
        for (int i = 0; i < 50; i++) {
            assertThat(read.get(i).key()).isEqualTo(noise(5, i));
            assertThat(read.get(i).value()).isEqualTo(noise(300, i));
            assertThat(read.get(i).timestamp()).isEqualTo(1_000_000 + i);
            assertThat(read.get(i).headers().lastHeader("h").value()).isEqualTo(noise(3, i));
        }
        assertThat(read.get(50).key()).isNull();
        assertThat(read.get(50).value()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatKafkasProducerWritesOurConsumerReadsByteForByte(Compression codec) throws Exception {
        String topic = topic(1);
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", node.bootstrap());
        settings.put(
                "compression.type",
                codec == Compression.NONE ? "none" : codec.type().configName());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < 50; i++) {
                producer.send(new ProducerRecord<>(
                        topic,
                        0,
                        1_000_000L + i,
                        noise(5, i),
                        noise(300, i),
                        List.of(new RecordHeader("h", noise(3, i)))));
            }
        }
        LogConsumer consumer = consumer().pause();
        await(consumer.assign(List.of(new TopicPartition(topic, 0))));

        List<ConsumedRecord> read = take(consumer, 50);
        await(consumer.close());

        for (int i = 0; i < 50; i++) {
            assertThat(read.get(i).offset()).isEqualTo(i);
            assertThat(read.get(i).keyBytes()).isEqualTo(noise(5, i));
            assertThat(read.get(i).valueBytes()).isEqualTo(noise(300, i));
            assertThat(read.get(i).timestamp()).isEqualTo(1_000_000 + i);
            assertThat(read.get(i).headers().get(0).value().array()).contains(noise(3, i));
        }
    }

    @Test
    void aKeyGoesToOnePartitionWhicheverProducerWritesIt() throws Exception {
        String topic = topic(7);
        LogProducer ours = producer(new ProducerOptions().lingerMs(0));
        Map<String, Integer> partitions = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            Appended appended = await(ours.send(LogRecord.of(topic, "key" + i, "ours")));
            partitions.put("key" + i, appended.partition());
        }
        await(ours.close());

        try (KafkaProducer<byte[], byte[]> theirs = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < 40; i++) {
                byte[] key = ("key" + i).getBytes(StandardCharsets.UTF_8);
                assertThat(theirs.send(new ProducerRecord<>(topic, key, key))
                                .get()
                                .partition())
                        .isEqualTo(partitions.get("key" + i));
            }
        }
    }

    @Test
    void aConsumerReceivesWhatItAsksForAndNoMore() throws Exception {
        String topic = topic(1);
        LogProducer producer = producer(new ProducerOptions());
        for (int i = 0; i < 1000; i++) {
            producer.write(LogRecord.of(topic, null, "v" + i));
        }
        await(producer.end());
        LogConsumer consumer = consumer().pause();
        await(consumer.assign(List.of(new TopicPartition(topic, 0))));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        consumer.handler(record -> seen.add(record.valueText()));

        assertThat(await(consumer.position(new TopicPartition(topic, 0)))).isEqualTo(-1);
        List<ConsumedRecord> ten = take(consumer, 10);
        long position = await(consumer.position(new TopicPartition(topic, 0)));
        List<ConsumedRecord> rest = take(consumer, 990);
        await(consumer.close());

        assertThat(seen).isEmpty();
        assertThat(ten).hasSize(10);
        assertThat(position).isEqualTo(10);
        assertThat(rest.get(989).valueText()).isEqualTo("v999");
    }

    @Test
    void whatIsSentBesideARequestBeyondTheCreditIsAppendedOnce() throws Exception {
        String topic = topic(2);
        LogProducer producer = producer(
                new ProducerOptions().idempotent(false).creditBytes(64 << 10).lingerMs(1_000));
        producer.write(new LogRecord(topic, null, noise(10, 0)).partition(0));
        await(producer.flush());
        for (int i = 0; i < 100; i++) {
            producer.write(new LogRecord(topic, null, noise(1_000, i)).partition(0));
        }
        producer.write(new LogRecord(topic, null, noise(10, 1)).partition(1));
        await(producer.end());
        LogConsumer consumer = consumer();

        assertThat(await(consumer.seekToEnd(new TopicPartition(topic, 0)))).isEqualTo(101);
        assertThat(await(consumer.seekToEnd(new TopicPartition(topic, 1)))).isEqualTo(1);
        await(consumer.close());
    }

    @Test
    void aHandlerThatThrowsIsToldToItsContextAndTheNextRecordsCome() throws Exception {
        String topic = topic(1);
        LogProducer producer = producer(new ProducerOptions());
        for (int i = 0; i < 10; i++) {
            producer.write(LogRecord.of(topic, null, "v" + i));
        }
        await(producer.end());
        Context context = node.vertx().getOrCreateContext();
        List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
        context.exceptionHandler(reported::add);
        List<String> seen = new ArrayList<>();
        Promise<LogConsumer> last = Promise.promise();
        context.runOnContext(go -> {
            LogConsumer consumer = consumer();
            consumer.handler(record -> {
                seen.add(record.valueText());
                if (seen.size() == 10) {
                    last.complete(consumer);
                }
                throw new IllegalStateException(record.valueText());
            });
            consumer.assign(List.of(new TopicPartition(topic, 0)));
        });

        await(await(last.future()).close());

        assertThat(seen).hasSize(10).startsWith("v0", "v1").endsWith("v9");
        assertThat(reported).hasSize(10);
    }

    @Test
    void aConsumerWithoutAGroupSaysSoAtOnceWhoeverAsks() {
        LogConsumer alone = consumer();

        assertThat(catchThrowableOfType(IllegalStateException.class, alone::commit))
                .hasMessageContaining("groupId");
        assertThat(catchThrowableOfType(IllegalStateException.class, () -> alone.subscribe(List.of("t"))))
                .hasMessageContaining("groupId");
        await(alone.close());
    }

    @Test
    void aConsumerSeeksByOffsetTimeBeginningAndEnd() throws Exception {
        String topic = topic(1);
        TopicPartition only = new TopicPartition(topic, 0);
        LogProducer producer = producer(new ProducerOptions().batchBytes(200));
        for (int i = 0; i < 100; i++) {
            producer.write(LogRecord.of(topic, null, "v" + i).timestamp(10_000 + i));
        }
        await(producer.end());
        LogConsumer consumer = consumer().pause();
        await(consumer.assign(List.of(only)));

        await(consumer.seek(only, 42));
        assertThat(take(consumer, 2)).extracting(ConsumedRecord::valueText).containsExactly("v42", "v43");
        assertThat(await(consumer.seekToTimestamp(only, 10_077))).isEqualTo(77);
        assertThat(take(consumer, 1)).extracting(ConsumedRecord::valueText).containsExactly("v77");
        assertThat(await(consumer.seekToBeginning(only))).isZero();
        assertThat(take(consumer, 1)).extracting(ConsumedRecord::valueText).containsExactly("v0");
        assertThat(await(consumer.seekToEnd(only))).isEqualTo(100);
        assertThat(await(consumer.seekToTimestamp(only, 99_999))).isEqualTo(100);
        await(consumer.close());
    }

    @Test
    void aTopicIsCreatedWhenSomebodyWritesToItAsForKafkasClients() {
        LogProducer producer = producer(new ProducerOptions().lingerMs(0));
        String topic = "made-" + Long.toHexString(ThreadLocalRandom.current().nextLong());

        Appended appended = await(producer.send(LogRecord.of(topic, "k", "v")));
        await(producer.close());

        assertThat(appended.offset()).isZero();
        assertThat(poll(topic, 1)).hasSize(1);
    }

    @Test
    void failuresAreTyped() throws Exception {
        String topic = topic(1);
        LogProducer producer = producer(new ProducerOptions().lingerMs(0).deliveryTimeoutMs(2_000));

        Future<Appended> large = producer.send(new LogRecord(topic, null, new byte[2 << 20]));
        Future<Appended> badName = producer.send(LogRecord.of("no such/name", null, "v"));
        Future<Appended> afterwards = producer.send(LogRecord.of(topic, null, "v"));

        assertThat(error(large)).isEqualTo(LogError.MESSAGE_TOO_LARGE);
        assertThat(error(badName)).isEqualTo(LogError.INVALID_TOPIC_EXCEPTION);
        assertThat(await(afterwards).offset()).isZero();
        await(producer.close());
        assertThat(error(producer.send(LogRecord.of(topic, null, "v")))).isEqualTo(LogError.CLOSED);
    }

    private static LogError error(Future<?> future) {
        return catchThrowableOfType(LogException.class, () -> await(future)).error();
    }

    @Test
    void acknowledgementsAreAsAskedFor() throws Exception {
        String topic = topic(1);
        for (ProducerOptions.Acks acks : ProducerOptions.Acks.values()) {
            LogProducer producer = producer(new ProducerOptions().acks(acks).lingerMs(0));
            Appended appended = await(producer.send(LogRecord.of(topic, null, acks.name())));
            await(producer.close());
            assertThat(appended.offset() < 0).isEqualTo(acks == ProducerOptions.Acks.NONE);
        }

        assertThat(poll(topic, 3))
                .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
                .containsExactly("NONE", "LEADER", "ALL");
    }

    @Test
    void aProducerThatIsFasterThanItsAcknowledgementsIsToldToWait() throws Exception {
        String topic = topic(1);
        LogProducer producer =
                producer(new ProducerOptions().bufferBytes(64 << 10).batchBytes(16 << 10));
        int written = 0;
        while (!producer.writeQueueFull()) {
            producer.write(new LogRecord(topic, null, new byte[1000]));
            written++;
        }
        Promise<Void> drained = Promise.promise();

        producer.drainHandler(drained::tryComplete);
        await(drained.future());

        assertThat(producer.writeQueueFull()).isFalse();
        await(producer.end());
        assertThat(producer.bufferedBytes()).isZero();
        assertThat(poll(topic, written)).hasSize(written);
    }

    @Test
    void closedClientsLeaveNothingAtTheDoor() throws Exception {
        LogProducer producer = producer(new ProducerOptions().lingerMs(0));
        await(producer.send(LogRecord.of(topic(1), null, "v")));
        int before = node.sessions();

        await(producer.close());

        assertThat(before).isPositive();
        assertThat(node.sessions()).isLessThan(before);
    }
}
