package io.millrace.log.replication;

import java.util.List;
import java.util.UUID;

/**
 * What a follower node tells a leader node: where some of its partitions stand, and perhaps that it wants an answer.
 *
 * <p>Messages of a session are numbered from 0, which opens it; the leader takes them in order only, and asks for a new
 * session when one is missing. A partition that is not mentioned stands as it was last told.
 *
 * <p>Thread: any (immutable).
 *
 * @param brokerEpoch the follower's registration (KIP-903)
 * @param leaderShards the number of shards that the follower takes the leader to have: decides which one this is for
 * @param session rises within one life of the follower
 * @param wantsAnswer false: only the news; the answer to an earlier message is still awaited
 * @param maxWaitMs how long the leader may wait for something to answer
 * @param maxBytes of records in the answer, but for a single batch that is larger
 * @param asks at most {@link #MAX_ASKS}
 * @param dropped handles of partitions that the follower no longer asks for; at most {@link #MAX_ASKS}
 */
public record ReplicaFetch(
        int followerId,
        long brokerEpoch,
        int followerShard,
        int leaderShard,
        int leaderShards,
        long session,
        int sequence,
        boolean wantsAnswer,
        int maxWaitMs,
        int maxBytes,
        List<Ask> asks,
        int[] dropped) {
    /** What is more goes into the next message. */
    public static final int MAX_ASKS = 2_000;

    /**
     * Where the follower's replica of one partition stands.
     *
     * @param handle names the partition in answers; never given to another one within a session
     * @param leaderEpoch the epoch in which the follower follows
     * @param fetchOffset the end of its log
     * @param lastEpoch the epoch of its last batch; -1 when it has none
     * @param durableEnd what it vouches for: written, in group mode synced; at most {@code fetchOffset}
     * @param wantsRecords false: the offsets are news, but no records are wanted now
     */
    public record Ask(
            int handle,
            UUID topicId,
            int partition,
            int leaderEpoch,
            long fetchOffset,
            int lastEpoch,
            long durableEnd,
            long logStart,
            boolean wantsRecords) {}
}
