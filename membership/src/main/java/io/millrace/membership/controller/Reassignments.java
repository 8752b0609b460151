package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.PartitionChangeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Answers {@link ReassignPartitions}, with the words of Kafka's controller: a move begins by making the new replicas replicas,
 * and ends by itself when they are in sync ({@link PartitionTransition}).
 *
 * <p>Thread: the controller's.
 */
final class Reassignments {
    private final LeaderElection election;

    Reassignments(LeaderElection election) {
        this.election = election;
    }

    ReassignPartitions.Outcome decide(ReassignPartitions command, Decision decision) {
        List<ReassignPartitions.Result> results =
                new ArrayList<>(command.partitions().size());
        boolean tooMany = command.partitions().size() > ControllerOptions.MAX_PARTITIONS_PER_REQUEST;
        for (ReassignPartitions.Target target : command.partitions()) {
            try {
                if (tooMany) {
                    throw new Refusal(
                            ControllerError.POLICY_VIOLATION, "Excessively large number of partitions per request.");
                }
                reassign(target, command.allowReplicationFactorChange(), decision);
                results.add(result(target, ControllerError.NONE, null));
            } catch (Refusal refusal) {
                results.add(result(target, refusal.error(), refusal.getMessage()));
            }
        }
        return new ReassignPartitions.Outcome(results);
    }

    private static ReassignPartitions.Result result(
            ReassignPartitions.Target target, ControllerError error, String message) {
        return new ReassignPartitions.Result(target.topic(), target.partition(), error, message);
    }

    private void reassign(ReassignPartitions.Target target, boolean mayResize, Decision decision) {
        MetadataImage image = decision.image();
        TopicImage topic = image.topic(target.topic());
        if (topic == null) {
            throw new Refusal(
                    ControllerError.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named " + target.topic() + ".");
        }
        PartitionImage partition = topic.partition(target.partition());
        if (partition == null) {
            throw new Refusal(
                    ControllerError.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find partition " + target.topic() + ":" + target.partition() + ".");
        }
        if (target.replicas() == null) {
            cancel(topic, partition, decision);
        } else {
            int[] wanted = ReplicaAssignments.checked(image, target.replicas(), OptionalInt.empty());
            int now = PartitionTransition.without(partition.replicas(), partition.removing()).length;
            if (!mayResize && wanted.length != now) {
                throw new Refusal(
                        ControllerError.INVALID_REPLICATION_FACTOR,
                        "The replication factor is changed from " + now + " to " + wanted.length);
            }
            moveTo(wanted, topic, partition, decision);
        }
    }

    /** From whatever is under way to these replicas. */
    void moveTo(int[] wanted, TopicImage topic, PartitionImage partition, Decision decision) {
        int[] before = PartitionTransition.without(partition.replicas(), partition.adding());
        int[] coming = PartitionTransition.without(wanted, before);
        int[] going = PartitionTransition.without(partition.replicas(), wanted);
        int[] all = Arrays.copyOf(wanted, wanted.length + going.length);
        System.arraycopy(going, 0, all, wanted.length, going.length);
        PartitionChangeRecord record = election.transition(topic, partition, decision.image())
                .assignment(all, coming, going)
                .record(topic.id());
        if (record != null) {
            decision.add(record);
        }
    }

    private void cancel(TopicImage topic, PartitionImage partition, Decision decision) {
        if (!partition.isReassigning()) {
            throw new Refusal(ControllerError.NO_REASSIGNMENT_IN_PROGRESS, "No partition reassignment is in progress.");
        }
        int[] before = PartitionTransition.without(partition.replicas(), partition.adding());
        int[] isr = PartitionTransition.without(partition.isr(), partition.adding());
        boolean nobodyLeft = before.length == 0 || partition.isr().length > 0 && isr.length == 0;
        if (before.length == 0
                || nobodyLeft && !election.rules(decision.image(), topic.name()).uncleanAllowed()) {
            throw new Refusal(
                    ControllerError.INVALID_REPLICA_ASSIGNMENT,
                    "Unable to revert partition assignment for " + topic.name() + ":" + partition.partition()
                            + " because it would require an unclean leader election.");
        }
        int least = Math.min(election.rules(decision.image(), topic.name()).minInsync(), before.length);
        if (!nobodyLeft && isr.length < least) {
            // Who was being added has what was acknowledged meanwhile, and keeps it until enough of the others do.
            moveTo(before, topic, partition, decision);
            return;
        }
        PartitionChangeRecord record = election.transition(topic, partition, decision.image())
                .isr(isr)
                .assignment(before, new int[0], new int[0])
                .record(topic.id());
        if (record != null) {
            decision.add(record);
        }
    }
}
