package io.millrace.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Row 11: Kafka's own producer (linger 0, else its defaults: idempotent, acks=all) sends a record of 2.5 kB every half
 * millisecond, whatever happens meanwhile; Kafka's own consumer, in a group, reads them.
 *
 * <p>Thread: the caller sends, one thread receives.
 */
final class EndToEnd {
    private static final int PER_SECOND = 2000;
    private static final int RECORD_BYTES = 2500;
    private static final long AWAIT_S = 60;

    private EndToEnd() {}

    /** Sorted latencies in milliseconds, from when each record was due to when the consumer's poll has returned it. */
    static double[] run(Peer peer, String topic, int seconds) throws Exception {
        int count = PER_SECOND * seconds;
        String bootstrap = "127.0.0.1:" + peer.port();
        CountDownLatch reading = new CountDownLatch(1);
        FutureTask<double[]> received = new FutureTask<>(() -> receive(bootstrap, topic, count, reading));
        new Thread(received, "end-to-end-consumer").start();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            // Records from before the consumer has its partitions are not counted: their due time is zero.
            while (!reading.await(100, TimeUnit.MILLISECONDS)) {
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[RECORD_BYTES]));
                if (received.isDone()) {
                    received.get();
                }
            }
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long when = start + i * (1_000_000_000L / PER_SECOND);
                while (System.nanoTime() < when) {
                    LockSupport.parkNanos(when - System.nanoTime());
                }
                byte[] value = new byte[RECORD_BYTES];
                ByteBuffer.wrap(value).putLong(when).putInt(i);
                producer.send(new ProducerRecord<>(topic, i % RawProduce.PARTITIONS, null, value));
            }
        }
        double[] latencies = received.get(AWAIT_S, TimeUnit.SECONDS);
        // The first fifth is warming.
        double[] counted = Arrays.copyOfRange(latencies, count / 5, count);
        Arrays.sort(counted);
        return counted;
    }

    private static double[] receive(String bootstrap, String topic, int count, CountDownLatch reading) {
        double[] latencies = new double[count];
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "group.id", topic, "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            int seen = 0;
            long heardNanos = System.nanoTime();
            while (seen < count) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    heardNanos = System.nanoTime();
                    long due = ByteBuffer.wrap(record.value()).getLong();
                    if (due == 0) {
                        reading.countDown();
                    } else {
                        latencies[ByteBuffer.wrap(record.value()).getInt(Long.BYTES)] = (heardNanos - due) / 1e6;
                        seen++;
                    }
                }
                if (System.nanoTime() - heardNanos > TimeUnit.SECONDS.toNanos(AWAIT_S)) {
                    throw new IllegalStateException("the consumer has " + seen + " of " + count + " records");
                }
            }
        }
        return latencies;
    }
}
