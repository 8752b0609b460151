package io.millrace.membership.controller;

import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.config.InvalidConfigException;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.TopicRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Answers {@link CreateTopics}.
 *
 * <p>Thread: the controller's.
 */
final class TopicCreation {
    private final EffectiveConfigs configs;
    private final ReplicaAssignments assignments;
    private final ClusterIndex index;
    private final Supplier<UUID> newIds;

    TopicCreation(EffectiveConfigs configs, ReplicaAssignments assignments, ClusterIndex index, Supplier<UUID> newIds) {
        this.configs = configs;
        this.index = index;
        this.assignments = assignments;
        this.newIds = newIds;
    }

    CreateTopics.Outcome decide(CreateTopics command, Decision decision) {
        Set<String> repeated = repeatedNames(command);
        boolean tooMany = partitions(command, decision.image()) > ControllerOptions.MAX_PARTITIONS_PER_REQUEST;
        List<CreateTopics.Result> results = new ArrayList<>();
        Set<String> done = new HashSet<>();
        Map<String, String> createdByMetricName = new HashMap<>();
        Map<Map<String, String>, List<ConfigEntry>> described = new HashMap<>();
        for (CreateTopics.NewTopic topic : command.topics()) {
            if (!done.add(topic.name())) {
                continue;
            }
            try {
                if (repeated.contains(topic.name())) {
                    throw new Refusal(ControllerError.INVALID_REQUEST, "Duplicate topic name.");
                }
                if (tooMany) {
                    throw new Refusal(
                            ControllerError.POLICY_VIOLATION, "Excessively large number of partitions per request.");
                }
                results.add(create(topic, createdByMetricName, described, decision));
                createdByMetricName.put(TopicNames.metricName(topic.name()), topic.name());
            } catch (Refusal refusal) {
                results.add(new CreateTopics.Result(
                        topic.name(), null, refusal.error(), refusal.getMessage(), -1, (short) -1, List.of()));
            }
        }
        return new CreateTopics.Outcome(results);
    }

    private static Set<String> repeatedNames(CreateTopics command) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        for (CreateTopics.NewTopic topic : command.topics()) {
            if (!seen.add(topic.name())) {
                repeated.add(topic.name());
            }
        }
        return repeated;
    }

    private long partitions(CreateTopics command, MetadataImage image) {
        long total = 0;
        for (CreateTopics.NewTopic topic : command.topics()) {
            if (!topic.assignments().isEmpty()) {
                total += topic.assignments().size();
            } else {
                total += topic.partitions() == CreateTopics.DEFAULT
                        ? configs.brokerInt(image, "num.partitions")
                        : Math.max(0, topic.partitions());
            }
        }
        return total;
    }

    private CreateTopics.Result create(
            CreateTopics.NewTopic topic,
            Map<String, String> createdByMetricName,
            Map<Map<String, String>, List<ConfigEntry>> described,
            Decision decision) {
        MetadataImage image = decision.image();
        checkName(topic.name(), image);
        checkCollision(topic.name(), createdByMetricName);
        Map<String, String> overrides = checkedConfigs(topic);
        UUID id = newIds.get();
        List<PartitionRecord> partitions =
                topic.assignments().isEmpty() ? placed(topic, id, image) : assigned(topic, id, image);

        decision.add(new TopicRecord(id, topic.name()));
        ConfigResource resource = ConfigResource.topic(topic.name());
        overrides.forEach((name, value) -> decision.add(new ConfigRecord(resource, name, value)));
        partitions.forEach(decision::add);
        return new CreateTopics.Result(
                topic.name(),
                id,
                ControllerError.NONE,
                null,
                partitions.size(),
                (short) partitions.get(0).replicas().length,
                // A request for a thousand topics mostly has the same configs for all of them.
                described.computeIfAbsent(overrides, same -> configs.describeTopic(image, same)));
    }

    private static void checkName(String name, MetadataImage image) {
        if (name.equals(TopicNames.METADATA_TOPIC)) {
            throw new Refusal(
                    ControllerError.INVALID_REQUEST, "Creation of internal topic " + name + " is prohibited.");
        }
        String violation = TopicNames.violation(name);
        if (violation != null) {
            throw new Refusal(ControllerError.INVALID_TOPIC_EXCEPTION, violation);
        }
        if (image.topic(name) != null) {
            throw new Refusal(ControllerError.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
    }

    private void checkCollision(String name, Map<String, String> createdByMetricName) {
        String before = index.collision(name);
        String collision = before == null ? createdByMetricName.get(TopicNames.metricName(name)) : before;
        if (collision != null) {
            throw new Refusal(
                    ControllerError.INVALID_TOPIC_EXCEPTION,
                    "Topic '" + name + "' collides with existing topic: " + collision);
        }
    }

    private Map<String, String> checkedConfigs(CreateTopics.NewTopic topic) {
        Map<String, String> overrides = new LinkedHashMap<>();
        topic.configs().forEach(config -> overrides.put(config.name(), config.value()));
        try {
            configs.catalog().checkTopicConfigs(overrides);
        } catch (InvalidConfigException e) {
            throw new Refusal(ControllerError.INVALID_CONFIG, e.getMessage());
        }
        return overrides;
    }

    private static List<PartitionRecord> assigned(CreateTopics.NewTopic topic, UUID id, MetadataImage image) {
        if (topic.replicationFactor() != CreateTopics.DEFAULT) {
            throw new Refusal(
                    ControllerError.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.partitions() != CreateTopics.DEFAULT) {
            throw new Refusal(
                    ControllerError.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        Set<Integer> numbers = new LinkedHashSet<>();
        List<PartitionRecord> partitions = new ArrayList<>();
        OptionalInt replicationFactor = OptionalInt.empty();
        for (CreateTopics.Assignment assignment : topic.assignments()) {
            if (!numbers.add(assignment.partition())) {
                throw wrongAssignment(
                        "Found multiple manual partition assignments for partition " + assignment.partition());
            }
            int[] replicas = ReplicaAssignments.checked(image, assignment.brokers(), replicationFactor);
            replicationFactor = OptionalInt.of(replicas.length);
            partitions.add(ReplicaAssignments.newPartition(image, id, assignment.partition(), replicas));
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (!numbers.contains(i)) {
                throw wrongAssignment("partitions should be a consecutive 0-based integer sequence");
            }
        }
        partitions.sort(Comparator.comparingInt(PartitionRecord::partition));
        return partitions;
    }

    private List<PartitionRecord> placed(CreateTopics.NewTopic topic, UUID id, MetadataImage image) {
        if (topic.replicationFactor() < CreateTopics.DEFAULT || topic.replicationFactor() == 0) {
            throw new Refusal(
                    ControllerError.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (topic.partitions() < CreateTopics.DEFAULT || topic.partitions() == 0) {
            throw new Refusal(
                    ControllerError.INVALID_PARTITIONS,
                    "Number of partitions was set to an invalid non-positive value.");
        }
        int count = topic.partitions() == CreateTopics.DEFAULT
                ? configs.brokerInt(image, "num.partitions")
                : topic.partitions();
        int replicationFactor = topic.replicationFactor() == CreateTopics.DEFAULT
                ? configs.brokerInt(image, "default.replication.factor")
                : topic.replicationFactor();
        List<int[]> replicas = assignments.placed(image, id, 0, count, replicationFactor);
        List<PartitionRecord> partitions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            partitions.add(ReplicaAssignments.newPartition(image, id, i, replicas.get(i)));
        }
        return partitions;
    }

    private static Refusal wrongAssignment(String message) {
        return new Refusal(ControllerError.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
