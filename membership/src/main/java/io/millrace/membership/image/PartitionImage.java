package io.millrace.membership.image;

import io.millrace.membership.record.PartitionChangeRecord;
import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.UUID;

/**
 * One partition as committed: who holds it, who counts for acknowledgements, who leads, and the two epochs by which
 * proposals are compared.
 *
 * <p>Arrays are shared and must never be written. {@code leader} is {@link #NO_LEADER} when nobody leads.
 * {@code elr} (eligible leader replicas, KIP-966) left the ISR while it was at its minimum and still have everything
 * that was acknowledged.
 *
 * <p>Thread: any.
 */
public record PartitionImage(
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
        int[] removing) {
    public static final int NO_LEADER = PartitionRecord.NO_LEADER;
    /** Where a replica is when nothing is said of it (KIP-858). */
    public static final UUID UNASSIGNED_DIRECTORY = new UUID(0, 0);
    /** The directory of a replica that failed, or is missing, while its broker serves (KIP-858). */
    public static final UUID LOST_DIRECTORY = new UUID(0, 1);

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    /** The first of the replicas, which leads unless it may not. */
    public int preferredLeader() {
        return replicas.length == 0 ? NO_LEADER : replicas[0];
    }

    public boolean isReplica(int brokerId) {
        return contains(replicas, brokerId);
    }

    public boolean isInSync(int brokerId) {
        return contains(isr, brokerId);
    }

    public boolean isReassigning() {
        return adding.length > 0 || removing.length > 0;
    }

    /** The log directory that this broker keeps the replica in, or null when it is not said. */
    public UUID directoryOf(int brokerId) {
        for (int i = 0; i < replicas.length; i++) {
            if (replicas[i] == brokerId) {
                return i < directories.length ? directories[i] : null;
            }
        }
        return null;
    }

    /** Whether this broker serves without the replica: it cannot lead it, whatever it may lead else. */
    public boolean isLostAt(int brokerId) {
        return directories.length > 0 && LOST_DIRECTORY.equals(directoryOf(brokerId));
    }

    static PartitionImage of(PartitionRecord record) {
        int[] replicas = record.replicas();
        // Most partitions have all replicas in sync: one array then serves both, which counts at 50,000 of them.
        int[] isr = Arrays.equals(replicas, record.isr()) ? replicas : record.isr();
        return new PartitionImage(
                record.partition(),
                replicas,
                record.directories(),
                isr,
                record.elr(),
                record.lastKnownElr(),
                record.leader(),
                record.leaderEpoch(),
                record.partitionEpoch(),
                record.recoveryState(),
                record.adding(),
                record.removing());
    }

    PartitionImage changedBy(PartitionChangeRecord change) {
        if (change.partitionEpoch() != partitionEpoch + 1) {
            throw new IllegalStateException(
                    "partition epoch " + change.partitionEpoch() + " follows " + partitionEpoch + " in " + change);
        }
        if (change.leaderEpoch() < leaderEpoch) {
            throw new IllegalStateException("leader epoch falls from " + leaderEpoch + " in " + change);
        }
        if (change.leader() != leader && change.leaderEpoch() == leaderEpoch) {
            throw new IllegalStateException(
                    "leader changes from " + leader + " within epoch " + leaderEpoch + " in " + change);
        }
        int[] newReplicas = change.replicas() == null ? replicas : change.replicas();
        int[] newIsr = change.isr() == null ? isr : change.isr();
        return new PartitionImage(
                partition,
                newReplicas,
                change.directories() == null ? directories : change.directories(),
                Arrays.equals(newReplicas, newIsr) ? newReplicas : newIsr,
                change.elr() == null ? elr : change.elr(),
                change.lastKnownElr() == null ? lastKnownElr : change.lastKnownElr(),
                change.leader(),
                change.leaderEpoch(),
                change.partitionEpoch(),
                change.recoveryState() == PartitionChangeRecord.SAME_RECOVERY_STATE
                        ? recoveryState
                        : change.recoveryState(),
                change.adding() == null ? adding : change.adding(),
                change.removing() == null ? removing : change.removing());
    }

    PartitionRecord toRecord(UUID topicId) {
        return new PartitionRecord(
                topicId,
                partition,
                replicas,
                directories,
                isr,
                elr,
                lastKnownElr,
                leader,
                leaderEpoch,
                partitionEpoch,
                recoveryState,
                adding,
                removing);
    }

    private static boolean contains(int[] values, int wanted) {
        for (int value : values) {
            if (value == wanted) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof PartitionImage that
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
        return partition * 31 + partitionEpoch;
    }

    @Override
    public String toString() {
        return "PartitionImage[" + partition + " replicas=" + Arrays.toString(replicas) + " isr="
                + Arrays.toString(isr) + " elr=" + Arrays.toString(elr) + " leader=" + leader + " leaderEpoch="
                + leaderEpoch + " partitionEpoch=" + partitionEpoch + "]";
    }
}
