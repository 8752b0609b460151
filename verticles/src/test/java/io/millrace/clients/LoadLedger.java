package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What a load was told and what is there afterwards: every acknowledged record at its offset, and, for a producer that
 * promises it, everything once and in order.
 *
 * <p>Thread: {@link #acked} from any, the rest from the test's.
 */
final class LoadLedger {
    private final Map<TopicPartition, Map<Long, String>> acked = new ConcurrentHashMap<>();

    /** Acknowledged without an offset: what comes again late is in the log, and nobody knows where. */
    private final Map<TopicPartition, Set<String>> somewhere = new ConcurrentHashMap<>();

    void acked(TopicPartition partition, long offset, String value) {
        if (offset < 0) {
            somewhere
                    .computeIfAbsent(partition, p -> ConcurrentHashMap.newKeySet())
                    .add(value);
            return;
        }
        String before =
                acked.computeIfAbsent(partition, p -> new ConcurrentHashMap<>()).put(offset, value);
        if (before != null && !before.equals(value)) {
            throw new IllegalStateException(
                    partition + "@" + offset + " was acknowledged as " + before + " and as " + value);
        }
    }

    int count() {
        return acked.values().stream().mapToInt(Map::size).sum();
    }

    /** All records of the partitions as {@code read_uncommitted} consumers see them. */
    static Map<TopicPartition, List<String>> readAll(String bootstrap, List<TopicPartition> partitions) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", "false");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", StringDeserializer.class.getName());
        Map<TopicPartition, List<String>> read = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long left = ends.values().stream().mapToLong(Long::longValue).sum();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (left > 0 && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    List<String> values = read.computeIfAbsent(
                            new TopicPartition(record.topic(), record.partition()), p -> new ArrayList<>());
                    assertThat(record.offset())
                            .as("offsets of %s-%d have no hole", record.topic(), record.partition())
                            .isEqualTo(values.size());
                    values.add(record.value());
                    left--;
                }
            }
            assertThat(left).as("records below the end offsets that never came").isZero();
        }
        return read;
    }

    void requireEverythingAckedIsAtItsOffset(Map<TopicPartition, List<String>> read) {
        somewhere.forEach((partition, values) -> assertThat(read.getOrDefault(partition, List.of()))
                .as("%s: what was acknowledged without an offset", partition)
                .containsAll(values));
        acked.forEach((partition, offsets) -> {
            List<String> there = read.getOrDefault(partition, List.of());
            offsets.forEach(
                    (offset, value) -> assertThat(offset < there.size() ? there.get(offset.intValue()) : "nothing")
                            .as("%s@%d was acknowledged as %s", partition, offset, value)
                            .isEqualTo(value));
        });
    }

    /** For values that are rising numbers: each once and in the order sent. */
    static void requireOnceAndInOrder(TopicPartition partition, List<String> values) {
        long last = -1;
        for (String value : values) {
            long number = Long.parseLong(value.substring(value.indexOf(':') + 1));
            assertThat(number)
                    .as("%s: after %d comes %s", partition, last, value)
                    .isEqualTo(last + 1);
            last = number;
        }
    }
}
