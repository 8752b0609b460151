package io.millrace.log.replication;

import io.millrace.log.EpochEnd;
import io.millrace.log.Payload;
import java.util.List;

/**
 * What a leader node answers to a {@link ReplicaFetch}: something about those partitions that have news, perhaps about none.
 *
 * <p>Thread: any (immutable); the payloads are released by whoever takes the answer.
 *
 * @param sequence of the fetch that wanted it
 * @param leaderShards how many shards the leader node has
 */
public record ReplicaAnswer(
        int leaderId,
        int leaderShard,
        int followerShard,
        long session,
        int sequence,
        Status status,
        int leaderShards,
        List<Part> parts) {

    /** How the session stands. */
    public enum Status {
        OK,
        /** The leader does not know the session, or a message of it is missing: open a new one. */
        NO_SESSION,
        /** The leader has another number of shards than the follower thought. */
        OTHER_SHARDS
    }

    /**
     * One partition.
     *
     * @param leaderEpoch the epoch that the follower had told, which this answers
     * @param fetchOffset the offset that the follower had told, at which the records begin
     * @param knownEpoch the highest leader epoch that the answering replica has seen; -1 when there is no replica
     * @param logEnd what the leader can give
     * @param gapsMayCome in the leader's log offsets may be missing, whatever the policy of the topic is now
     * @param diverging null, or where the last epoch of the follower ended at the leader: it must truncate
     * @param records whole batches; empty for none
     */
    public record Part(
            int handle,
            int leaderEpoch,
            long fetchOffset,
            FetchError error,
            int knownEpoch,
            long highWatermark,
            long logStart,
            long logEnd,
            boolean gapsMayCome,
            EpochEnd diverging,
            List<Payload> records) {
        /** Bytes of records. */
        public int sizeBytes() {
            int size = 0;
            for (int i = 0; i < records.size(); i++) {
                size += records.get(i).sizeBytes();
            }
            return size;
        }

        void release() {
            records.forEach(Payload::release);
        }
    }

    /** Gives up the records of all parts. */
    public void release() {
        parts.forEach(Part::release);
    }

    /** Bytes of records. */
    public int sizeBytes() {
        int size = 0;
        for (Part part : parts) {
            size += part.sizeBytes();
        }
        return size;
    }
}
