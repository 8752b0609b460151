package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Answers {@link CreatePartitions}.
 *
 * <p>Thread: the controller's.
 */
final class PartitionGrowth {
    private final ReplicaAssignments assignments;

    PartitionGrowth(ReplicaAssignments assignments) {
        this.assignments = assignments;
    }

    CreatePartitions.Outcome decide(CreatePartitions command, Decision decision) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        command.topics().forEach(growth -> {
            if (!seen.add(growth.topic())) {
                repeated.add(growth.topic());
            }
        });
        boolean tooMany = added(command, decision.image()) > ControllerOptions.MAX_PARTITIONS_PER_REQUEST;
        List<CreatePartitions.Result> results = new ArrayList<>();
        for (CreatePartitions.Growth growth : command.topics()) {
            if (!seen.remove(growth.topic())) {
                continue;
            }
            try {
                if (repeated.contains(growth.topic())) {
                    throw new Refusal(ControllerError.INVALID_REQUEST, "Duplicate topic name.");
                }
                if (tooMany) {
                    throw new Refusal(
                            ControllerError.POLICY_VIOLATION,
                            "Excessively large number of additional partitions per request.");
                }
                grow(growth, decision);
                results.add(new CreatePartitions.Result(growth.topic(), ControllerError.NONE, null));
            } catch (Refusal refusal) {
                results.add(new CreatePartitions.Result(growth.topic(), refusal.error(), refusal.getMessage()));
            }
        }
        return new CreatePartitions.Outcome(results);
    }

    private static long added(CreatePartitions command, MetadataImage image) {
        long total = 0;
        for (CreatePartitions.Growth growth : command.topics()) {
            TopicImage topic = image.topic(growth.topic());
            if (topic != null) {
                total += Math.max(0, growth.totalPartitions() - topic.partitionCount());
            }
        }
        return total;
    }

    private void grow(CreatePartitions.Growth growth, Decision decision) {
        MetadataImage image = decision.image();
        TopicImage topic = image.topic(growth.topic());
        if (topic == null) {
            throw new Refusal(
                    ControllerError.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.");
        }
        int now = topic.partitionCount();
        if (growth.totalPartitions() == now) {
            throw new Refusal(ControllerError.INVALID_PARTITIONS, "Topic already has " + now + " partition(s).");
        }
        if (growth.totalPartitions() < now) {
            throw new Refusal(
                    ControllerError.INVALID_PARTITIONS,
                    "The topic " + topic.name() + " currently has " + now + " partition(s); " + growth.totalPartitions()
                            + " would not be an increase.");
        }
        int additional = growth.totalPartitions() - now;
        int replicationFactor = topic.partition(0).replicas().length;
        List<int[]> replicas = growth.assignments() == null
                ? assignments.placed(image, topic.id(), now, additional, replicationFactor)
                : assigned(growth, image, additional, replicationFactor);
        List<PartitionRecord> partitions = new ArrayList<>(additional);
        for (int i = 0; i < additional; i++) {
            partitions.add(ReplicaAssignments.newPartition(image, topic.id(), now + i, replicas.get(i)));
        }
        // None before it is clear that all of them can be.
        partitions.forEach(decision::add);
    }

    private static List<int[]> assigned(
            CreatePartitions.Growth growth, MetadataImage image, int additional, int replicationFactor) {
        if (growth.assignments().size() != additional) {
            throw new Refusal(
                    ControllerError.INVALID_REPLICA_ASSIGNMENT,
                    "Attempted to add " + additional + " additional partition(s), but only "
                            + growth.assignments().size() + " assignment(s) were specified.");
        }
        List<int[]> replicas = new ArrayList<>(additional);
        for (List<Integer> brokers : growth.assignments()) {
            replicas.add(ReplicaAssignments.checked(image, brokers, OptionalInt.of(replicationFactor)));
        }
        return replicas;
    }
}
