package io.millrace.bench.door;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's Java client with its defaults: idempotent, acks=all.
 *
 * <p>Thread: one.
 */
final class KafkaLoad implements ClientLoad.Client {
    /** Of a second each: what is not here then never comes. */
    private static final int MOST_EMPTY_POLLS = 60;

    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaLoad(String bootstrap, int batchBytes) {
        this.bootstrap = bootstrap;
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap));
        if (batchBytes > 0) {
            settings.put("batch.size", batchBytes);
        }
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void produce(String topic, int records, int bytes) {
        byte[] value = new byte[bytes];
        AtomicReference<Exception> refused = new AtomicReference<>();
        Callback told = (at, why) -> {
            if (why != null) {
                refused.compareAndSet(null, why);
            }
        };
        for (int i = 0; i < records; i++) {
            producer.send(new ProducerRecord<>(topic, null, value), told);
        }
        producer.flush();
        if (refused.get() != null) {
            throw new IllegalStateException("a record of " + topic + " was not appended", refused.get());
        }
    }

    @Override
    public void consume(String topic, int records) {
        List<TopicPartition> partitions = IntStream.range(0, ClientLoad.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            int seen = 0;
            long bytes = 0;
            int empty = 0;
            while (seen < records) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofSeconds(1));
                empty = polled.isEmpty() ? empty + 1 : 0;
                if (empty > MOST_EMPTY_POLLS) {
                    throw new IllegalStateException("only " + seen + " of " + records + " records of " + topic);
                }
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    seen++;
                    bytes += record.value().length;
                }
            }
            if (bytes == 0) {
                throw new IllegalStateException("empty records");
            }
        }
    }
}
