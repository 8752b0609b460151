package io.millrace.membership.image;

import io.millrace.membership.record.ConfigResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What lies between two images: the listeners of the image act on this and need not look at what stayed.
 *
 * <p>A name that was deleted and created anew is two topics here: the deleted one and the new one. Act on deleted
 * topics first.
 *
 * <p>Thread: any.
 */
public final class MetadataDelta {
    private final MetadataImage before;
    private final MetadataImage after;
    private final List<TopicDelta> topics;
    private final Set<Integer> changedBrokers;
    private final Set<ConfigResource> changedConfigs;

    private MetadataDelta(
            MetadataImage before,
            MetadataImage after,
            List<TopicDelta> topics,
            Set<Integer> changedBrokers,
            Set<ConfigResource> changedConfigs) {
        this.before = before;
        this.after = after;
        this.topics = List.copyOf(topics);
        this.changedBrokers = ascending(changedBrokers);
        this.changedConfigs = Collections.unmodifiableSet(new LinkedHashSet<>(changedConfigs));
    }

    /** In the same order in every process, as {@code Set.copyOf} is not: what listeners do follows it. */
    private static Set<Integer> ascending(Set<Integer> numbers) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(numbers));
    }

    static MetadataDelta ofTouched(
            MetadataImage before,
            MetadataImage after,
            Map<UUID, Set<Integer>> partitions,
            Set<Integer> brokers,
            Set<ConfigResource> configs) {
        List<TopicDelta> topics = new ArrayList<>(partitions.size());
        partitions.forEach((id, numbers) -> {
            TopicImage old = before.topic(id);
            TopicImage now = after.topic(id);
            if (old != null || now != null) {
                topics.add(new TopicDelta(id, old, now, now == null ? Set.of() : ascending(numbers)));
            }
        });
        return new MetadataDelta(before, after, topics, brokers, configs);
    }

    /** Compares two images whole, as after a snapshot was loaded; parts that both share are skipped. */
    public static MetadataDelta between(MetadataImage before, MetadataImage after) {
        List<TopicDelta> topics = new ArrayList<>();
        for (TopicImage old : before.topics()) {
            TopicImage now = after.topic(old.id());
            if (now == null) {
                topics.add(new TopicDelta(old.id(), old, null, Set.of()));
            } else if (now != old) {
                Set<Integer> numbers = changedPartitions(old, now);
                if (!numbers.isEmpty()) {
                    topics.add(new TopicDelta(old.id(), old, now, ascending(numbers)));
                }
            }
        }
        for (TopicImage now : after.topics()) {
            if (before.topic(now.id()) == null) {
                Set<Integer> numbers = new HashSet<>();
                now.partitions().forEach(partition -> numbers.add(partition.partition()));
                topics.add(new TopicDelta(now.id(), null, now, ascending(numbers)));
            }
        }
        return new MetadataDelta(
                before,
                after,
                topics,
                changedKeys(before.brokers, after.brokers),
                changedKeys(before.configs, after.configs));
    }

    private static Set<Integer> changedPartitions(TopicImage old, TopicImage now) {
        Set<Integer> numbers = new HashSet<>();
        for (PartitionImage partition : now.partitions()) {
            if (!partition.equals(old.partition(partition.partition()))) {
                numbers.add(partition.partition());
            }
        }
        return numbers;
    }

    private static <K, V> Set<K> changedKeys(Map<K, V> before, Map<K, V> after) {
        Set<K> keys = new HashSet<>();
        before.forEach((key, value) -> {
            if (!Objects.equals(value, after.get(key))) {
                keys.add(key);
            }
        });
        after.forEach((key, value) -> {
            if (!before.containsKey(key)) {
                keys.add(key);
            }
        });
        return keys;
    }

    public MetadataImage before() {
        return before;
    }

    public MetadataImage after() {
        return after;
    }

    /** Every topic that is new, deleted or has new or changed partitions. */
    public Collection<TopicDelta> topics() {
        return topics;
    }

    /** Brokers that registered, changed or went, in ascending order. */
    public Set<Integer> changedBrokers() {
        return changedBrokers;
    }

    /** Resources of which a config was set or removed. */
    public Set<ConfigResource> changedConfigs() {
        return changedConfigs;
    }

    public boolean isEmpty() {
        return topics.isEmpty() && changedBrokers.isEmpty() && changedConfigs.isEmpty();
    }
}
