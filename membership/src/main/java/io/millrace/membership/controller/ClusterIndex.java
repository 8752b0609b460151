package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicDelta;
import io.millrace.membership.image.TopicImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a new topic must know of all others, without looking at all of them each time: names that would collide with it,
 * and what each broker has already. Follows the pending image change by change, and can be rebuilt from it.
 *
 * <p>Thread: the controller's.
 */
final class ClusterIndex {
    private final Map<String, Set<String>> namesByMetricName = new HashMap<>();
    private final Map<Integer, Load> loads = new HashMap<>();

    /** Thread: the controller's. */
    private static final class Load {
        int replicas;
        int preferredLeaders;
    }

    void rebuild(MetadataImage image) {
        namesByMetricName.clear();
        loads.clear();
        for (TopicImage topic : image.topics()) {
            addName(topic.name());
            topic.partitions().forEach(partition -> count(partition, 1));
        }
    }

    void follow(MetadataDelta delta) {
        for (TopicDelta topic : delta.topics()) {
            if (topic.isDeleted()) {
                removeName(topic.before().name());
                topic.before().partitions().forEach(partition -> count(partition, -1));
            } else if (topic.isNew()) {
                addName(topic.after().name());
            }
            for (int number : topic.partitions()) {
                count(topic.partitionBefore(number), -1);
                count(topic.partitionAfter(number), 1);
            }
        }
    }

    private void addName(String name) {
        namesByMetricName
                .computeIfAbsent(TopicNames.metricName(name), metric -> new HashSet<>(2))
                .add(name);
    }

    private void removeName(String name) {
        String metricName = TopicNames.metricName(name);
        Set<String> names = namesByMetricName.get(metricName);
        names.remove(name);
        if (names.isEmpty()) {
            namesByMetricName.remove(metricName);
        }
    }

    private void count(PartitionImage partition, int by) {
        if (partition != null) {
            for (int replica : partition.replicas()) {
                load(replica).replicas += by;
            }
            load(partition.preferredLeader()).preferredLeaders += by;
        }
    }

    private Load load(int broker) {
        return loads.computeIfAbsent(broker, id -> new Load());
    }

    /** An existing topic that this new name collides with, or null. */
    String collision(String name) {
        Set<String> names = namesByMetricName.get(TopicNames.metricName(name));
        return names == null ? null : names.iterator().next();
    }

    int replicas(int broker) {
        return load(broker).replicas;
    }

    int preferredLeaders(int broker) {
        return load(broker).preferredLeaders;
    }
}
