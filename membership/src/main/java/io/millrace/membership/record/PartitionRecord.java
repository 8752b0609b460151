package io.millrace.membership.record;

import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * The whole state of one partition: written when it is created and in snapshots.
 *
 * <p>Arrays are owned by the record and never written again. {@code leader} is -1 when nobody leads.
 *
 * <p>Thread: any.
 */
public record PartitionRecord(
        UUID topicId,
        int partition,
        int[] replicas,
        UUID[] directories,
        int[] isr,
        int[] elr,
        int[] lastKnownElr,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        byte recoveryState,
        int[] adding,
        int[] removing)
        implements MetadataRecord {
    public static final int NO_LEADER = -1;
    /** The ISR is what it was: every member has all that was acknowledged. */
    public static final byte RECOVERED = 0;
    /** The leader was elected uncleanly and must not take others into the ISR before it has settled. */
    public static final byte RECOVERING = 1;

    public PartitionRecord {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(replicas, "replicas");
        Objects.requireNonNull(directories, "directories");
        Objects.requireNonNull(isr, "isr");
        Objects.requireNonNull(elr, "elr");
        Objects.requireNonNull(lastKnownElr, "lastKnownElr");
        Objects.requireNonNull(adding, "adding");
        Objects.requireNonNull(removing, "removing");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionRecord that
                && topicId.equals(that.topicId)
                && partition == that.partition
                && leader == that.leader
                && leaderEpoch == that.leaderEpoch
                && partitionEpoch == that.partitionEpoch
                && recoveryState == that.recoveryState
                && Arrays.equals(replicas, that.replicas)
                && Arrays.equals(directories, that.directories)
                && Arrays.equals(isr, that.isr)
                && Arrays.equals(elr, that.elr)
                && Arrays.equals(lastKnownElr, that.lastKnownElr)
                && Arrays.equals(adding, that.adding)
                && Arrays.equals(removing, that.removing);
    }

    @Override
    public int hashCode() {
        return (topicId.hashCode() * 31 + partition) * 31 + partitionEpoch;
    }

    @Override
    public String toString() {
        return "PartitionRecord[" + topicId + "-" + partition + " replicas=" + Arrays.toString(replicas) + " isr="
                + Arrays.toString(isr) + " elr=" + Arrays.toString(elr) + " leader=" + leader + " leaderEpoch="
                + leaderEpoch + " partitionEpoch=" + partitionEpoch + "]";
    }
}
