package io.millrace.membership.controller;

import java.util.List;
import java.util.UUID;

/**
 * A leader proposes other in-sync replicas; accepted only against the epochs that are committed.
 *
 * <p>Thread: any.
 */
public record AlterPartition(int brokerId, long brokerEpoch, List<Partition> partitions)
        implements ControllerCommand<AlterPartition.Outcome> {
    /** {@code recoveryState} is one of {@code PartitionRecord.RECOVERED} and {@code RECOVERING}. */
    public record Partition(
            UUID topicId,
            int partition,
            int leaderEpoch,
            int partitionEpoch,
            List<IsrMember> isr,
            byte recoveryState) {}

    /** A proposed member and the life of it that the leader saw in sync; -1 when it does not know. */
    public record IsrMember(int brokerId, long brokerEpoch) {}

    /** The partition as committed afterwards; on an error as it is, where it is known. */
    public record Result(
            UUID topicId,
            int partition,
            ControllerError error,
            int leader,
            int leaderEpoch,
            List<Integer> isr,
            byte recoveryState,
            int partitionEpoch) {}

    public record Outcome(ControllerError error, String message, List<Result> partitions) {}
}
