package io.millrace.client.group;

import io.millrace.client.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * Kafka's {@code roundrobin}: the partitions of all topics, in the order of topics and numbers, go to the members in the order of
 * their ids in turn; who has not subscribed to a topic is passed over.
 *
 * <p>Thread: any (no state).
 */
final class RoundRobinAssignor {
    private RoundRobinAssignor() {}

    /** Who reads what: see {@link RangeAssignor#assign}. */
    static Map<String, List<TopicPartition>> assign(
            Map<String, List<String>> subscriptions, ToIntFunction<String> partitions) {
        Map<String, List<TopicPartition>> assignment = new TreeMap<>();
        Map<String, Set<String>> wanted = new TreeMap<>();
        Set<String> topics = new TreeSet<>();
        subscriptions.forEach((member, names) -> {
            assignment.put(member, new ArrayList<>());
            wanted.put(member, new HashSet<>(names));
            topics.addAll(names);
        });
        List<String> members = List.copyOf(wanted.keySet());
        int turn = 0;
        for (String topic : topics) {
            int count = partitions.applyAsInt(topic);
            for (int partition = 0; partition < count; partition++) {
                while (!wanted.get(members.get(turn % members.size())).contains(topic)) {
                    turn++;
                }
                assignment.get(members.get(turn++ % members.size())).add(new TopicPartition(topic, partition));
            }
        }
        return assignment;
    }
}
