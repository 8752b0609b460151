package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Twenty times kill -9, and twice SIGTERM, while an idempotent Java producer and two raw producers write. Afterwards every acknowledged
 * record stands at its offset; the idempotent producer's stand there once and in the order sent.
 *
 * <p>Thread: one per producer and the test's.
 */
@Tag("full")
class KillTest {
    private static final int KILLS = Integer.getInteger("millrace.kills", 20);
    private static final int TERMINATIONS = 2;
    private static final int IDEMPOTENT_PARTITIONS = 3;

    private final LoadLedger ledger = new LoadLedger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void everyAcknowledgedRecordSurvivesTwentyKills() throws Exception {
        long seed = Long.getLong("millrace.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Broker broker = Brokers.startOurs(Map.of());
                Side side = Brokers.side(broker)) {
            Topic once = side.topicNamed("once", IDEMPOTENT_PARTITIONS, Map.of("segment.bytes", "1048576"));
            Topic raw = side.topicNamed("raw", 2, Map.of("segment.bytes", "1048576"));
            List<Thread> load = List.of(
                    start("idempotent", () -> idempotentLoad(broker.bootstrap(), once)),
                    start("raw-0", () -> rawLoad(broker.port(), raw, 0)),
                    start("raw-1", () -> rawLoad(broker.port(), raw, 1)));

            int acksBefore = 0;
            for (int stop = 1; stop <= KILLS + TERMINATIONS; stop++) {
                // The load runs again before the next kill falls, at a moment that differs from round to round.
                awaitAcks(acksBefore + 50 + random.nextInt(400), seed);
                if (stop <= KILLS) {
                    broker.kill();
                } else {
                    broker.terminate();
                }
                broker.startAgain();
                acksBefore = ledger.count();
            }
            awaitAcks(acksBefore + 100, seed);
            stopped.set(true);
            for (Thread thread : load) {
                thread.join(60_000);
                assertThat(thread.isAlive())
                        .as("%s ended, seed %d", thread.getName(), seed)
                        .isFalse();
            }
            assertThat(failure.get()).as("seed %d", seed).isNull();

            List<TopicPartition> partitions = new ArrayList<>();
            for (int partition = 0; partition < IDEMPOTENT_PARTITIONS; partition++) {
                partitions.add(new TopicPartition(once.name(), partition));
            }
            partitions.add(new TopicPartition(raw.name(), 0));
            partitions.add(new TopicPartition(raw.name(), 1));
            var read = LoadLedger.readAll(broker.bootstrap(), partitions);
            ledger.requireEverythingAckedIsAtItsOffset(read);
            for (TopicPartition partition : partitions.subList(0, IDEMPOTENT_PARTITIONS)) {
                LoadLedger.requireOnceAndInOrder(partition, read.get(partition));
            }
            System.out.printf("%d kills, %d records acknowledged, none lost, seed %d%n", KILLS, ledger.count(), seed);
        }
    }

    private void awaitAcks(int count, long seed) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (ledger.count() < count && failure.get() == null) {
            assertThat(System.nanoTime()).as("acks go on, seed %d", seed).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private interface Load {
        void run() throws Exception;
    }

    private Thread start(String name, Load load) {
        Thread thread = new Thread(
                () -> {
                    try {
                        load.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void idempotentLoad(String bootstrap, Topic topic) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("delivery.timeout.ms", "120000");
        settings.put("request.timeout.ms", "5000");
        settings.put("retry.backoff.ms", "20");
        settings.put("retry.backoff.max.ms", "100");
        settings.put("reconnect.backoff.ms", "20");
        settings.put("reconnect.backoff.max.ms", "100");
        settings.put("linger.ms", "2");
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", StringSerializer.class.getName());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            for (long number = 0; !stopped.get() && failure.get() == null; number++) {
                int partition = (int) (number % IDEMPOTENT_PARTITIONS);
                String value = "n:" + number / IDEMPOTENT_PARTITIONS;
                producer.send(new ProducerRecord<>(topic.name(), partition, null, value), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    } else {
                        ledger.acked(
                                new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset(), value);
                    }
                });
                LockSupport.parkNanos(200_000);
            }
        }
    }

    /** Three requests in flight; what was in flight at a kill may or may not be there, which no ack has promised. */
    private void rawLoad(int port, Topic topic, int partition) {
        long number = 0;
        while (!stopped.get() && failure.get() == null) {
            try (WireClient client = WireClient.to(port)) {
                client.replyLimitMs(5000);
                while (!stopped.get()) {
                    String[] values = new String[3];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = "r" + partition + ":" + number++;
                        client.send(Requests.produce(topic, partition, Batches.values(values[i], values[i] + "b")), 9);
                    }
                    for (String value : values) {
                        var answer = ((ProduceResponseData) client.receive())
                                .responses()
                                .iterator()
                                .next()
                                .partitionResponses()
                                .get(0);
                        if (answer.errorCode() == 0) {
                            TopicPartition at = new TopicPartition(topic.name(), partition);
                            ledger.acked(at, answer.baseOffset(), value);
                            ledger.acked(at, answer.baseOffset() + 1, value + "b");
                        }
                    }
                }
            } catch (IOException | RuntimeException e) {
                if (e instanceof IllegalStateException) {
                    throw (IllegalStateException) e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
