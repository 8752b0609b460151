package io.millrace.verticles.group;

import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;

/**
 * What the groups of one partition have committed: group, topic, partition. Changed only by records, as they are replayed;
 * it holds them apart from the groups, because compaction keeps a group's record behind its offsets or before them.
 *
 * <p>Thread: the machine's.
 */
final class OffsetTable {
    private final Map<String, Map<String, Map<Integer, OffsetValue>>> byGroup = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    void put(RecordKey.Offset key, OffsetValue value) {
        OffsetValue before = byGroup.computeIfAbsent(key.group(), g -> new HashMap<>())
                .computeIfAbsent(key.topic(), t -> new HashMap<>())
                .put(key.partition(), value);
        size += before == null ? 1 : 0;
    }

    void remove(RecordKey.Offset key) {
        Map<String, Map<Integer, OffsetValue>> topics = byGroup.getOrDefault(key.group(), Map.of());
        Map<Integer, OffsetValue> partitions = topics.getOrDefault(key.topic(), Map.of());
        if (!partitions.containsKey(key.partition())) {
            return;
        }
        partitions.remove(key.partition());
        size--;
        if (partitions.isEmpty()) {
            topics.remove(key.topic());
            if (topics.isEmpty()) {
                byGroup.remove(key.group());
            }
        }
    }

    /** Null when there is none. */
    OffsetValue get(String group, String topic, int partition) {
        return byGroup.getOrDefault(group, Map.of())
                .getOrDefault(topic, Map.of())
                .get(partition);
    }

    boolean has(String group) {
        return byGroup.containsKey(group);
    }

    /** A group's offsets by topic; read only. */
    Map<String, Map<Integer, OffsetValue>> of(String group) {
        return byGroup.getOrDefault(group, Map.of());
    }

    /** Tombstones for those offsets of a group that the condition picks. */
    List<RecordKey.Offset> keys(String group, Predicate<String> topics, Predicate<OffsetValue> values) {
        List<RecordKey.Offset> keys = new ArrayList<>();
        of(group).forEach((topic, partitions) -> {
            if (topics.test(topic)) {
                addKeys(group, topic, partitions, values, keys);
            }
        });
        return keys;
    }

    /** The offsets of all groups for these topics: those that were committed under one of the ids, or under none. */
    List<RecordKey.Offset> keysOf(Map<String, Set<Uuid>> idsByName) {
        List<RecordKey.Offset> keys = new ArrayList<>();
        byGroup.forEach((group, topics) -> topics.forEach((topic, partitions) -> {
            Set<Uuid> ids = idsByName.get(topic);
            if (ids != null) {
                addKeys(group, topic, partitions, value -> isOneOf(value.topicId(), ids), keys);
            }
        }));
        return keys;
    }

    private static boolean isOneOf(Uuid id, Set<Uuid> ids) {
        return id.equals(Uuid.ZERO_UUID) || ids.contains(id);
    }

    private static void addKeys(
            String group,
            String topic,
            Map<Integer, OffsetValue> partitions,
            Predicate<OffsetValue> values,
            List<RecordKey.Offset> keys) {
        partitions.forEach((partition, value) -> {
            if (values.test(value)) {
                keys.add(new RecordKey.Offset(group, topic, partition));
            }
        });
    }
}
