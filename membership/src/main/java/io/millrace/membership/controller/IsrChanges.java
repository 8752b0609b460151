package io.millrace.membership.controller;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Answers {@link AlterPartition}: a compare-and-set of the ISR against the committed leader and partition epochs. The
 * order of the checks matters, since each error tells the leader something else about where it stands.
 *
 * <p>Thread: the controller's.
 */
final class IsrChanges {
    private final LeaderElection election;

    IsrChanges(LeaderElection election) {
        this.election = election;
    }

    AlterPartition.Outcome decide(AlterPartition command, Decision decision) {
        Refusal refusal = BrokerLifecycle.refusal(
                decision.image().broker(command.brokerId()), command.brokerId(), command.brokerEpoch());
        if (refusal != null) {
            return new AlterPartition.Outcome(refusal.error(), refusal.getMessage(), List.of());
        }
        List<AlterPartition.Result> results =
                new ArrayList<>(command.partitions().size());
        for (AlterPartition.Partition proposal : command.partitions()) {
            ControllerError error = change(command.brokerId(), proposal, decision);
            results.add(result(proposal, error, decision.image()));
        }
        return new AlterPartition.Outcome(ControllerError.NONE, null, results);
    }

    private ControllerError change(int proposer, AlterPartition.Partition proposal, Decision decision) {
        MetadataImage image = decision.image();
        TopicImage topic = image.topic(proposal.topicId());
        if (topic == null) {
            return ControllerError.UNKNOWN_TOPIC_ID;
        }
        PartitionImage partition = topic.partition(proposal.partition());
        if (partition == null) {
            return ControllerError.UNKNOWN_TOPIC_OR_PARTITION;
        }
        ControllerError error = check(proposer, proposal, partition, image);
        if (error == ControllerError.NONE) {
            int[] isr = proposal.isr().stream()
                    .mapToInt(AlterPartition.IsrMember::brokerId)
                    .toArray();
            election.leaderProposes(topic, partition, isr, proposal.recoveryState(), decision);
        }
        return error;
    }

    private static ControllerError check(
            int proposer, AlterPartition.Partition proposal, PartitionImage partition, MetadataImage image) {
        if (proposal.leaderEpoch() > partition.leaderEpoch()
                || proposal.partitionEpoch() > partition.partitionEpoch()) {
            // The proposer has seen newer metadata than this node: somebody else must be the controller.
            return ControllerError.NOT_CONTROLLER;
        }
        if (proposal.leaderEpoch() < partition.leaderEpoch()) {
            return ControllerError.FENCED_LEADER_EPOCH;
        }
        if (proposer != partition.leader()) {
            return ControllerError.INVALID_REQUEST;
        }
        if (proposal.partitionEpoch() < partition.partitionEpoch()) {
            return ControllerError.INVALID_UPDATE_VERSION;
        }
        if (!isWellFormed(proposer, proposal, partition)) {
            return ControllerError.INVALID_REQUEST;
        }
        for (AlterPartition.IsrMember member : proposal.isr()) {
            if (!isEligible(member, image) || partition.isLostAt(member.brokerId())) {
                return ControllerError.INELIGIBLE_REPLICA;
            }
        }
        return ControllerError.NONE;
    }

    private static boolean isWellFormed(int proposer, AlterPartition.Partition proposal, PartitionImage partition) {
        Set<Integer> members = new HashSet<>();
        for (AlterPartition.IsrMember member : proposal.isr()) {
            if (!partition.isReplica(member.brokerId()) || !members.add(member.brokerId())) {
                return false;
            }
        }
        boolean recovering = proposal.recoveryState() == PartitionRecord.RECOVERING;
        boolean knownState = recovering || proposal.recoveryState() == PartitionRecord.RECOVERED;
        boolean fallsBack = recovering && partition.recoveryState() == PartitionRecord.RECOVERED;
        return members.contains(proposer) && knownState && !fallsBack && !(recovering && members.size() > 1);
    }

    private static boolean isEligible(AlterPartition.IsrMember member, MetadataImage image) {
        BrokerImage broker = image.broker(member.brokerId());
        return broker != null
                && broker.isActive()
                && (member.brokerEpoch() == -1 || member.brokerEpoch() == broker.epoch());
    }

    private static AlterPartition.Result result(
            AlterPartition.Partition proposal, ControllerError error, MetadataImage image) {
        PartitionImage partition = image.partition(proposal.topicId(), proposal.partition());
        if (partition == null) {
            return new AlterPartition.Result(
                    proposal.topicId(),
                    proposal.partition(),
                    error,
                    PartitionImage.NO_LEADER,
                    -1,
                    List.of(),
                    PartitionRecord.RECOVERED,
                    -1);
        }
        return new AlterPartition.Result(
                proposal.topicId(),
                proposal.partition(),
                error,
                partition.leader(),
                partition.leaderEpoch(),
                Arrays.stream(partition.isr()).boxed().toList(),
                partition.recoveryState(),
                partition.partitionEpoch());
    }
}
