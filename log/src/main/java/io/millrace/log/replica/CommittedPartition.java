package io.millrace.log.replica;

/**
 * A partition as the metadata log has it. The arrays belong to the metadata image: they are never changed.
 *
 * <p>Thread: any (immutable).
 *
 * @param leaderId -1 when nobody leads
 */
public record CommittedPartition(
        int leaderId, int leaderEpoch, int partitionEpoch, int[] replicas, int[] isr, int[] elr) {

    boolean isInSync(int brokerId) {
        return Members.contains(isr, brokerId);
    }
}
