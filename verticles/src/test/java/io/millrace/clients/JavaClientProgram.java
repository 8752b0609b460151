package io.millrace.clients;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes or reads the records of {@link RealClientsTest} with whatever version of the Java client stands on the class
 * path; nothing newer than version 2.8 is called.
 *
 * <p>Thread: main, or the test's.
 */
public final class JavaClientProgram {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private JavaClientProgram() {}

    /** {@code write|read BOOTSTRAP PREFIX PARTITION|PARTITIONS NAME}. */
    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[3]);
        if (args[0].equals("write")) {
            write(args[1], args[2], number, args[4]);
        } else {
            read(args[1], args[2], number, System.out::println);
        }
    }

    static void write(String bootstrap, String prefix, int partition, String name) throws Exception {
        for (String codec : CODECS) {
            Properties settings = new Properties();
            settings.put("bootstrap.servers", bootstrap);
            settings.put("compression.type", codec);
            settings.put("acks", "all");
            settings.put("enable.idempotence", "true");
            settings.put("key.serializer", ByteArraySerializer.class.getName());
            settings.put("value.serializer", ByteArraySerializer.class.getName());
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                sent.add(producer.send(
                        record(prefix + codec, partition, "k0-" + name, "v0-" + name + "-é", Map.of("h1", "x"))));
                sent.add(producer.send(record(prefix + codec, partition, null, "no key", Map.of())));
                sent.add(producer.send(record(prefix + codec, partition, "tomb", null, Map.of())));
                sent.add(producer.send(record(prefix + codec, partition, "", "", Map.of())));
                ProducerRecord<byte[], byte[]> big =
                        record(prefix + codec, partition, "big", "M".repeat(1_000_000), Map.of("a", "1"));
                big.headers().add("b", new byte[0]);
                sent.add(producer.send(big));
                for (Future<RecordMetadata> result : sent) {
                    result.get();
                }
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, int partition, String key, String value, Map<String, String> headers) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, utf8(key), utf8(value));
        headers.forEach((name, text) -> record.headers().add(name, utf8(text)));
        return record;
    }

    static void read(String bootstrap, String prefix, int partitions, Consumer<String> lines) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", "false");
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> assigned = new ArrayList<>();
            for (String codec : CODECS) {
                for (int partition = 0; partition < partitions; partition++) {
                    assigned.add(new TopicPartition(prefix + codec, partition));
                }
            }
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
            long left = ends.values().stream().mapToLong(Long::longValue).sum();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (left > 0) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(left + " records did not come");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    left--;
                    lines.accept(line(record, prefix));
                }
            }
        }
    }

    private static String line(ConsumerRecord<byte[], byte[]> record, String prefix) {
        List<String> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8));
        }
        return record.topic().substring(prefix.length()) + " " + record.partition() + " " + record.offset() + " "
                + sized(record.key()) + " " + sized(record.value()) + " " + String.join(",", headers);
    }

    private static String sized(byte[] data) {
        if (data == null) {
            return "-1[]";
        }
        String text = new String(data, StandardCharsets.UTF_8);
        return data.length + "[" + (text.length() < 100 ? text : text.charAt(0) + "*" + text.length()) + "]";
    }

    private static byte[] utf8(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
