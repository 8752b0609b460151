package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Appended;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.millrace.log.compress.Compression;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A producer whose batches are larger than its topic takes: it splits them, as Kafka's does. */
@Timeout(60)
class SplitBatchTest {
    private static final int MOST_BYTES = 5_000;
    private static final int RECORDS = 200;

    @TempDir
    static Path data;

    private static DoorBroker node;

    @BeforeAll
    static void start() {
        node = new DoorBroker(data, Map.of());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String topic() throws Exception {
        String name = "t" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            NewTopic topic = new NewTopic(name, 1, (short) 1);
            admin.createTopics(List.of(topic.configs(Map.of("max.message.bytes", "" + MOST_BYTES))))
                    .all()
                    .get();
        }
        return name;
    }

    private static LogRecord record(String topic, int number, int bytes) {
        byte[] value = new byte[bytes];
        new Random(number).nextBytes(value);
        return new LogRecord(topic, Integer.toString(number).getBytes(), value).timestamp(1_000 + number);
    }

    /** Keys of the first records of a topic. */
    private static List<String> read(String topic, int count) {
        LogConsumer consumer = LogClient.of(node.vertx())
                .consumer(new ConsumerOptions().autoOffsetReset(ConsumerOptions.OffsetReset.EARLIEST));
        List<String> keys = new ArrayList<>();
        Promise<Void> enough = Promise.promise();
        consumer.handler(record -> {
            keys.add(record.keyText() + "@" + record.offset() + "/" + record.timestamp());
            if (keys.size() == count) {
                enough.tryComplete();
            }
        });
        await(consumer.assign(List.of(new TopicPartition(topic, 0))));
        await(enough.future());
        await(consumer.close());
        return keys;
    }

    @ParameterizedTest
    @CsvSource({"true,NONE", "true,LZ4", "false,NONE"})
    void everyRecordIsAppendedOnceInItsPlaceAndToldIt(boolean idempotent, Compression codec) throws Exception {
        String topic = topic();
        LogProducer producer = LogClient.of(node.vertx())
                .producer(new ProducerOptions()
                        .idempotent(idempotent)
                        .compression(codec)
                        .lingerMs(50));
        List<Future<Appended>> sent = new ArrayList<>();
        List<String> expected = new ArrayList<>();

        for (int i = 0; i < RECORDS; i++) {
            sent.add(producer.send(record(topic, i, 300)));
            expected.add(i + "@" + i + "/" + (1_000 + i));
        }

        for (int i = 0; i < RECORDS; i++) {
            assertThat(await(sent.get(i))).isEqualTo(new Appended(topic, 0, i, -1));
        }
        assertThat(await(producer.send(record(topic, RECORDS, 300))).offset()).isEqualTo(RECORDS);
        await(producer.close());
        assertThat(producer.bufferedBytes()).isZero();
        expected.add(RECORDS + "@" + RECORDS + "/" + (1_000 + RECORDS));
        assertThat(read(topic, RECORDS + 1)).isEqualTo(expected);
    }

    @Test
    void aRecordThatIsTooLargeByItselfFailsAloneAndThoseAroundItAreAppendedInTheirOrder() throws Exception {
        String topic = topic();
        LogProducer producer = LogClient.of(node.vertx()).producer(new ProducerOptions().lingerMs(50));
        List<Future<Void>> written = new ArrayList<>();
        List<Future<Appended>> sent = new ArrayList<>();
        List<String> expected = new ArrayList<>();

        for (int i = 0; i < 20; i++) {
            boolean large = i == 0 || i == 7 || i == 19;
            written.add(producer.write(record(topic, 100 + i, large ? 20_000 : 400)));
            sent.add(producer.send(record(topic, i, 400)));
            if (!large) {
                expected.add((100 + i) + "@" + expected.size() + "/" + (1_100 + i));
            }
            expected.add(i + "@" + expected.size() + "/" + (1_000 + i));
        }

        long offset = 0;
        for (int i = 0; i < 20; i++) {
            if (i == 0 || i == 7 || i == 19) {
                assertThat(written.get(i).otherwiseEmpty()).satisfies(DoorBroker::await);
                assertThat(written.get(i).cause())
                        .isInstanceOfSatisfying(LogException.class, why -> assertThat(why.error())
                                .isEqualTo(LogError.MESSAGE_TOO_LARGE));
            } else {
                await(written.get(i));
                offset++;
            }
            assertThat(await(sent.get(i)).offset()).isEqualTo(offset++);
        }
        await(producer.close());
        assertThat(producer.bufferedBytes()).isZero();
        assertThat(read(topic, expected.size())).isEqualTo(expected);
    }
}
