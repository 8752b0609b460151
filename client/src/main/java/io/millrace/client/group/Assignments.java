package io.millrace.client.group;

import io.millrace.client.Assignor;
import io.millrace.client.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Who reads what, by the assignor that the group has agreed upon.
 *
 * <p>Thread: any (no state).
 */
final class Assignments {
    private Assignments() {}

    /** @param partitions how many a topic has; not positive when it is not known, which nobody reads then */
    static Map<String, List<TopicPartition>> of(
            Assignor assignor, Map<String, Subscription> members, ToIntFunction<String> partitions) {
        return switch (assignor) {
            case RANGE -> RangeAssignor.assign(topics(members), partitions);
            case ROUND_ROBIN -> RoundRobinAssignor.assign(topics(members), partitions);
            case STICKY -> StickyAssignor.assign(members, partitions);
            case COOPERATIVE_STICKY -> StickyAssignor.assignCooperatively(members, partitions);
        };
    }

    private static Map<String, List<String>> topics(Map<String, Subscription> members) {
        Map<String, List<String>> topics = new TreeMap<>();
        members.forEach((member, subscription) -> topics.put(member, subscription.topics()));
        return topics;
    }
}
