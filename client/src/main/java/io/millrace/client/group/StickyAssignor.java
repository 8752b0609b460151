package io.millrace.client.group;

import io.millrace.client.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * What Kafka's {@code sticky} and {@code cooperative-sticky} promise: as even as the subscriptions allow, and nothing moves that need
 * not. Everybody keeps what it had; what is nobody's goes to those who have least; then partitions move from who has two more than
 * another that could read them.
 *
 * <p>Of two who claim the same the one with the later generation has it; with equal ones neither, since one of them is wrong.
 *
 * <p>Thread: one; made for one assignment.
 */
final class StickyAssignor {
    private final Map<String, Subscription> members = new TreeMap<>();
    private final Map<String, List<String>> readers = new TreeMap<>();
    private final Map<String, Set<TopicPartition>> assignment = new TreeMap<>();
    private final Map<TopicPartition, String> owner = new HashMap<>();

    private StickyAssignor(Map<String, Subscription> subscriptions) {
        members.putAll(subscriptions);
        members.forEach((member, subscription) -> {
            assignment.put(member, new LinkedHashSet<>());
            new TreeSet<>(subscription.topics())
                    .forEach(topic -> readers.computeIfAbsent(topic, first -> new ArrayList<>())
                            .add(member));
        });
    }

    /** Who reads what in the end: see {@link RangeAssignor#assign}. */
    static Map<String, List<TopicPartition>> assign(
            Map<String, Subscription> subscriptions, ToIntFunction<String> partitions) {
        StickyAssignor assignor = new StickyAssignor(subscriptions);
        assignor.share(partitions);
        Map<String, List<TopicPartition>> told = new TreeMap<>();
        assignor.assignment.forEach((member, has) -> told.put(member, List.copyOf(has)));
        return told;
    }

    /**
     * The same in steps: what moves is given to nobody before the one who has it, whatever its generation, has given it back and
     * everybody has joined again for it.
     */
    static Map<String, List<TopicPartition>> assignCooperatively(
            Map<String, Subscription> subscriptions, ToIntFunction<String> partitions) {
        Map<TopicPartition, Set<String>> holders = new HashMap<>();
        subscriptions.forEach(
                (member, subscription) -> subscription.owned().forEach(partition -> holders.computeIfAbsent(
                                partition, first -> new HashSet<>())
                        .add(member)));
        Map<String, List<TopicPartition>> steps = new TreeMap<>();
        assign(subscriptions, partitions)
                .forEach((member, wanted) -> steps.put(
                        member,
                        wanted.stream()
                                .filter(partition -> {
                                    Set<String> holding = holders.getOrDefault(partition, Set.of());
                                    return holding.isEmpty() || holding.contains(member);
                                })
                                .toList()));
        return steps;
    }

    private void share(ToIntFunction<String> partitions) {
        List<TopicPartition> all = new ArrayList<>();
        readers.keySet().forEach(topic -> {
            int count = partitions.applyAsInt(topic);
            for (int number = 0; number < count; number++) {
                all.add(new TopicPartition(topic, number));
            }
        });
        keep(new HashSet<>(all));
        // Those that few can read first: there is less choice with them.
        all.stream()
                .filter(partition -> !owner.containsKey(partition))
                .sorted(Comparator.comparingInt(
                        partition -> readers.get(partition.topic()).size()))
                .forEach(partition -> give(partition, leastOf(readers.get(partition.topic()))));
        boolean moved = true;
        while (moved) {
            // Ends: each move makes the sum of the squares of what they have smaller.
            moved = balance();
        }
    }

    private void keep(Set<TopicPartition> existing) {
        Map<TopicPartition, Integer> since = new HashMap<>();
        Set<TopicPartition> disputed = new HashSet<>();
        members.forEach((member, subscription) -> {
            Set<String> topics = new HashSet<>(subscription.topics());
            for (TopicPartition partition : new LinkedHashSet<>(subscription.owned())) {
                if (!existing.contains(partition) || !topics.contains(partition.topic())) {
                    continue;
                }
                int before = since.getOrDefault(partition, Integer.MIN_VALUE);
                if (subscription.generation() > before) {
                    since.put(partition, subscription.generation());
                    disputed.remove(partition);
                    give(partition, member);
                } else if (subscription.generation() == before) {
                    disputed.add(partition);
                }
            }
        });
        disputed.forEach(partition -> assignment.get(owner.remove(partition)).remove(partition));
    }

    private void give(TopicPartition partition, String member) {
        String former = owner.put(partition, member);
        if (former != null) {
            assignment.get(former).remove(partition);
        }
        assignment.get(member).add(partition);
    }

    private int load(String member) {
        return assignment.get(member).size();
    }

    private String leastOf(Collection<String> candidates) {
        String least = null;
        for (String candidate : candidates) {
            if (least == null || load(candidate) < load(least)) {
                least = candidate;
            }
        }
        return least;
    }

    /** Moves one partition from who has most of those that can spare one: nobody is to give more than it must. */
    private boolean balance() {
        List<String> fullestFirst = new ArrayList<>(members.keySet());
        fullestFirst.sort(Comparator.comparingInt(this::load).reversed());
        for (String member : fullestFirst) {
            List<TopicPartition> has = new ArrayList<>(assignment.get(member));
            // The newest first: what it has had for longest stays.
            for (int index = has.size() - 1; index >= 0; index--) {
                String least = leastOf(readers.get(has.get(index).topic()));
                if (load(member) >= load(least) + 2) {
                    give(has.get(index), least);
                    return true;
                }
            }
        }
        return false;
    }
}
