package io.millrace.membership.record;

import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * What changes in a partition that exists. Null arrays and {@link #SAME_RECOVERY_STATE} mean "as it was".
 *
 * <p>The epochs are the ones that hold afterwards, not increments: {@code partitionEpoch} is always one more than
 * before (which replay checks), {@code leaderEpoch} is one more whenever the leader changes.
 *
 * <p>Thread: any.
 */
public record PartitionChangeRecord(
        UUID topicId,
        int partition,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        int[] isr,
        int[] elr,
        int[] lastKnownElr,
        byte recoveryState,
        int[] replicas,
        UUID[] directories,
        int[] adding,
        int[] removing)
        implements MetadataRecord {
    public static final byte SAME_RECOVERY_STATE = -1;

    public PartitionChangeRecord {
        Objects.requireNonNull(topicId, "topicId");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionChangeRecord that
                && topicId.equals(that.topicId)
                && partition == that.partition
                && leader == that.leader
                && leaderEpoch == that.leaderEpoch
                && partitionEpoch == that.partitionEpoch
                && recoveryState == that.recoveryState
                && Arrays.equals(isr, that.isr)
                && Arrays.equals(elr, that.elr)
                && Arrays.equals(lastKnownElr, that.lastKnownElr)
                && Arrays.equals(replicas, that.replicas)
                && Arrays.equals(directories, that.directories)
                && Arrays.equals(adding, that.adding)
                && Arrays.equals(removing, that.removing);
    }

    @Override
    public int hashCode() {
        return (topicId.hashCode() * 31 + partition) * 31 + partitionEpoch;
    }

    @Override
    public String toString() {
        return "PartitionChangeRecord[" + topicId + "-" + partition + " leader=" + leader + " leaderEpoch="
                + leaderEpoch + " partitionEpoch=" + partitionEpoch + " isr=" + Arrays.toString(isr) + " elr="
                + Arrays.toString(elr) + "]";
    }
}
