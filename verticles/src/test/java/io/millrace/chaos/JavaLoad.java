package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Stock Java producers and a stock consumer. Producers have Kafka's defaults (acks=all, idempotent, two minutes to
 * deliver) where the {@link Cast} says nothing else.
 *
 * <p>Thread: started and stopped by the run's main; works on threads of its own.
 */
final class JavaLoad implements Load {
    private static final int PRODUCERS = 2;
    private static final long BETWEEN_SENDS_NANOS = 1_500_000;

    private final Cast cast;
    private final String bootstrap;
    private final String topic;
    private final Ledger ledger;
    private final List<Thread> producers = new ArrayList<>();
    private final LoadThreads threads = new LoadThreads();
    private Thread consumer;
    private volatile boolean writing = true;
    private volatile boolean reading = true;

    JavaLoad(Cast cast, String bootstrap, String topic, Ledger ledger) {
        this.cast = cast;
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.ledger = ledger;
    }

    @Override
    public void start() {
        for (int i = 0; i < PRODUCERS; i++) {
            String name = "w" + i;
            producers.add(threads.start(name, () -> produce(name)));
        }
        consumer = threads.start("reader", this::consume);
    }

    private void produce(String name) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("client.id", name);
        settings.putAll(cast.producerSettings());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", StringSerializer.class.getName());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            for (long number = 0; writing; number++) {
                int partition = (int) (number % PARTITIONS);
                String value = Load.value(name, partition, number / PARTITIONS);
                String key = cast == Cast.COMPACTED ? Load.key(value) : null;
                producer.send(new ProducerRecord<>(topic, partition, key, value), (metadata, error) -> {
                    if (error == null) {
                        ledger.acknowledged(metadata.partition(), metadata.offset(), value);
                    } else {
                        ledger.refused(partition, value, error);
                    }
                });
                LockSupport.parkNanos(BETWEEN_SENDS_NANOS);
            }
        }
    }

    private void consume() {
        try (KafkaConsumer<String, String> reader = new KafkaConsumer<>(Load.readerSettings(bootstrap))) {
            List<TopicPartition> all = Load.partitions(topic);
            reader.assign(all);
            all.forEach(partition -> reader.seek(partition, 0));
            while (reading) {
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(100))) {
                    ledger.read(record.partition(), record.offset(), record.value());
                }
            }
        }
    }

    @Override
    public Throwable failure() {
        return threads.failure();
    }

    @Override
    public void stop() throws InterruptedException {
        writing = false;
        for (Thread producer : producers) {
            producer.join(Duration.ofSeconds(150).toMillis());
            if (producer.isAlive()) {
                throw new IllegalStateException(producer.getName() + " did not end");
            }
        }
        reading = false;
        consumer.join(Duration.ofSeconds(30).toMillis());
    }
}
