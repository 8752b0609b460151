package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is slow slows the other side, and what lies between them is bounded. */
@Timeout(60)
class BackPressureTest {
    private static final String TOPIC = "much";
    private static final int RECORDS = 40_000;
    private static final int VALUE_BYTES = 1_000;
    private static final int BUFFER_BYTES = 2 << 20;
    private static final int PARTITIONS = 8;
    private static final int PARTITION_RECORDS = 1_500;

    @TempDir
    Path data;

    @Test
    void aConsumerThatAsksForLittleIsSentLittle() {
        try (DoorBroker node = new DoorBroker(data, Map.of())) {
            fill(node);
            TopicPartition only = new TopicPartition(TOPIC, 0);
            LogConsumer consumer = LogClient.of(node.vertx())
                    .consumer(new ConsumerOptions()
                            .autoOffsetReset(OffsetReset.EARLIEST)
                            .maxPartitionBytes(256 << 10)
                            .maxBufferedBytes(BUFFER_BYTES))
                    .pause();
            AtomicInteger received = new AtomicInteger();
            AtomicReference<Promise<Void>> hundred = new AtomicReference<>(Promise.promise());
            consumer.handler(record -> {
                if (received.incrementAndGet() % 100 == 0) {
                    hundred.get().complete();
                }
            });
            await(consumer.assign(List.of(only)));

            for (int round = 1; round <= 5; round++) {
                consumer.fetch(100);
                await(hundred.get().future());
                hundred.set(Promise.promise());
                assertThat(received).hasValue(round * 100);
            }

            // Forty megabytes are there; what has left the node is what was asked for and one bounded buffer
            long sent = node.broker().metrics().bytesOut(TOPIC);
            assertThat(sent).isBetween(500L * VALUE_BYTES, 500L * VALUE_BYTES + BUFFER_BYTES + (1 << 20));
            await(consumer.close());
        }
    }

    @Test
    void partitionsThatDoNotFitIntoOneAnswerHaveTheirTurnsAllTheSame() {
        try (DoorBroker node = new DoorBroker(data, Map.of("num.partitions", Integer.toString(PARTITIONS)))) {
            LogProducer producer = LogClient.of(node.vertx()).producer(new ProducerOptions());
            byte[] value = new byte[VALUE_BYTES];
            for (int i = 0; i < PARTITIONS * PARTITION_RECORDS; i++) {
                producer.write(new LogRecord("several", null, value).partition(i % PARTITIONS));
            }
            await(producer.end());
            LogConsumer consumer = LogClient.of(node.vertx())
                    .consumer(new ConsumerOptions()
                            .autoOffsetReset(OffsetReset.EARLIEST)
                            .maxPartitionBytes(256 << 10)
                            .maxBufferedBytes(512 << 10));
            Map<Integer, Integer> read = new TreeMap<>();
            Promise<Void> first = Promise.promise();
            List<TopicPartition> all = await(consumer.partitionsOf("several"));
            await(consumer.assign(all));
            for (TopicPartition partition : all) {
                await(consumer.seek(partition, 0));
            }
            consumer.handler(record -> {
                if (!first.future().isComplete()
                        && read.merge(record.partition(), 1, Integer::sum) == PARTITION_RECORDS) {
                    first.complete();
                }
            });

            // They are read in turn, so all have come far when one is at its end
            await(first.future());
            assertThat(read).hasSize(PARTITIONS);
            assertThat(read.values()).allMatch(records -> records >= PARTITION_RECORDS / 2);
            await(consumer.close());
        }
    }

    private static void fill(DoorBroker node) {
        LogProducer producer = LogClient.of(node.vertx()).producer(new ProducerOptions().bufferBytes(BUFFER_BYTES));
        AtomicInteger left = new AtomicInteger(RECORDS);
        AtomicInteger mostBuffered = new AtomicInteger();
        Promise<Void> written = Promise.promise();
        byte[] value = new byte[VALUE_BYTES];
        Runnable[] pump = new Runnable[1];
        pump[0] = () -> {
            // Faster than any disk: only the queue's bound holds it back.
            while (left.get() > 0 && !producer.writeQueueFull()) {
                left.decrementAndGet();
                producer.write(new LogRecord(TOPIC, null, value).partition(0)).onFailure(written::tryFail);
                mostBuffered.accumulateAndGet((int) producer.bufferedBytes(), Math::max);
            }
            if (left.get() == 0) {
                written.tryComplete();
            } else {
                producer.drainHandler(drained -> pump[0].run());
            }
        };
        pump[0].run();
        await(written.future());
        await(producer.end());
        assertThat(mostBuffered.get()).isLessThan(BUFFER_BYTES + 2 * VALUE_BYTES);
        assertThat(producer.bufferedBytes()).isZero();
    }
}
