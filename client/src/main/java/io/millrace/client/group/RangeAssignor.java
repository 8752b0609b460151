package io.millrace.client.group;

import io.millrace.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Kafka's {@code range}: of each topic every subscribed member, in the order of their ids, gets a run of partitions; the first
 * ones get one more where it does not come out even.
 *
 * <p>Thread: any (no state).
 */
final class RangeAssignor {
    private RangeAssignor() {}

    /**
     * Who reads what.
     *
     * @param subscriptions topics by member
     * @param partitions how many a topic has; not positive when it is not known, which nobody reads then
     */
    static Map<String, List<TopicPartition>> assign(
            Map<String, List<String>> subscriptions, ToIntFunction<String> partitions) {
        Map<String, List<TopicPartition>> assignment = new TreeMap<>();
        Map<String, List<String>> members = new TreeMap<>();
        new TreeMap<>(subscriptions).forEach((member, topics) -> {
            assignment.put(member, new ArrayList<>());
            topics.stream().distinct().forEach(topic -> members.computeIfAbsent(topic, first -> new ArrayList<>())
                    .add(member));
        });
        members.forEach((topic, readers) -> {
            int count = Math.max(0, partitions.applyAsInt(topic));
            int each = count / readers.size();
            int more = count % readers.size();
            int next = 0;
            for (int reader = 0; reader < readers.size(); reader++) {
                int end = next + each + (reader < more ? 1 : 0);
                for (; next < end; next++) {
                    assignment.get(readers.get(reader)).add(new TopicPartition(topic, next));
                }
            }
        });
        return assignment;
    }
}
