package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * {@code millrace demo}: writes a few records to a node with Kafka's own Java client, reads them back, and shows both.
 *
 * <p>Thread: the main thread; gives up after half a minute.
 */
final class DemoCommand {
    private static final String TOPIC = "quickstart";
    private static final long PATIENCE_MS = 30_000;
    private static final List<String> WORDS =
            List.of("a broker", "that speaks", "Kafka's protocol", "on Vert.x", "and keeps what it acknowledged");

    private DemoCommand() {}

    static int run(CommandLine.Demo demo) {
        LogSetup.errorsOnly();
        try {
            HostPort.parse(demo.bootstrap());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("--bootstrap: \"" + demo.bootstrap() + "\" is not an address: " + e.getMessage());
        }
        try {
            List<RecordMetadata> written = write(demo.bootstrap());
            return read(demo.bootstrap(), written) ? ExitCode.OK : ExitCode.FAILED;
        } catch (KafkaException | ExecutionException e) {
            System.err.println("millrace: no luck with " + demo.bootstrap() + " (" + Uncaught.summary(e) + ")");
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    private static List<RecordMetadata> write(String bootstrap) throws ExecutionException, InterruptedException {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "max.block.ms",
                PATIENCE_MS,
                "delivery.timeout.ms",
                (int) PATIENCE_MS,
                "request.timeout.ms",
                (int) PATIENCE_MS / 3);
        List<RecordMetadata> acknowledged = new ArrayList<>();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < WORDS.size(); i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, "key-" + i, WORDS.get(i))));
            }
            for (int i = 0; i < sent.size(); i++) {
                RecordMetadata at = sent.get(i).get();
                System.out.printf("wrote  %s  %-8s %s%n", at, "key-" + i, WORDS.get(i));
                acknowledged.add(at);
            }
        }
        return acknowledged;
    }

    private static boolean read(String bootstrap, List<RecordMetadata> written) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", (int) PATIENCE_MS);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = written.stream()
                    .map(at -> new TopicPartition(at.topic(), at.partition()))
                    .distinct()
                    .toList();
            consumer.assign(partitions);
            for (TopicPartition partition : partitions) {
                consumer.seek(
                        partition,
                        written.stream()
                                .filter(at -> at.partition() == partition.partition())
                                .mapToLong(RecordMetadata::offset)
                                .min()
                                .orElseThrow());
            }
            int missing = written.size();
            long deadlineNanos =
                    System.nanoTime() + Duration.ofMillis(PATIENCE_MS).toNanos();
            while (missing > 0 && System.nanoTime() < deadlineNanos) {
                for (ConsumerRecord<String, String> one : consumer.poll(Duration.ofMillis(500))) {
                    System.out.printf(
                            "read   %s-%d@%d  %-8s %s%n",
                            one.topic(), one.partition(), one.offset(), one.key(), one.value());
                    missing--;
                }
            }
            if (missing > 0) {
                System.err.println("millrace: " + missing + " records did not come back");
            }
            return missing == 0;
        }
    }
}
