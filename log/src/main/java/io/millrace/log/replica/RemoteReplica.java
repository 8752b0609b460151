package io.millrace.log.replica;

/**
 * What a leader knows of a follower, from the follower's fetches in this leader epoch only.
 *
 * <p>Thread: the owner's.
 */
final class RemoteReplica {
    static final long UNKNOWN = -1L;
    /** Long before any time, but such that differences do not overflow. */
    static final long NEVER = Long.MIN_VALUE / 2;

    final int brokerId;
    long brokerEpoch = UNKNOWN;
    /** Its next fetch offset: everything below is in its log (and synced, in group mode). */
    long endOffset = UNKNOWN;
    /** When it last had all that the leader had. */
    private long caughtUpMs;

    private long fetchedMs = Long.MIN_VALUE;
    private long leaderEndAtFetch = UNKNOWN;

    RemoteReplica(int brokerId, long caughtUpMs) {
        this.brokerId = brokerId;
        this.caughtUpMs = caughtUpMs;
    }

    /** Follows Kafka: a fetch that reaches the leader's end at the time of the fetch before was caught up then. */
    void fetched(long offset, long leaderEnd, long nowMs) {
        if (offset >= leaderEnd) {
            caughtUpMs = Math.max(caughtUpMs, nowMs);
        } else if (leaderEndAtFetch != UNKNOWN && offset >= leaderEndAtFetch) {
            caughtUpMs = Math.max(caughtUpMs, fetchedMs);
        }
        endOffset = offset;
        fetchedMs = nowMs;
        leaderEndAtFetch = leaderEnd;
    }

    /** The leader's log is about to grow: who had all of it until now was caught up until now, however long ago it fetched. */
    void leaderGrew(long formerEnd, long nowMs) {
        if (endOffset >= formerEnd) {
            caughtUpMs = Math.max(caughtUpMs, nowMs);
        }
    }

    boolean isCaughtUp(long leaderEnd, long nowMs, long lagTimeMaxMs) {
        return endOffset >= leaderEnd || nowMs - caughtUpMs <= lagTimeMaxMs;
    }

    /** When, without any fetch, it stops being caught up. */
    long lagsAtMs(long leaderEnd, long lagTimeMaxMs) {
        return endOffset >= leaderEnd ? Long.MAX_VALUE : caughtUpMs + lagTimeMaxMs + 1;
    }

    /**
     * Another life of the broker: what the former one had says nothing, nor that it kept pace. Else the watermark, and every
     * producer, would wait for all that it has missed.
     */
    void restarted(long newBrokerEpoch) {
        if (brokerEpoch != UNKNOWN) {
            caughtUpMs = NEVER;
            endOffset = UNKNOWN;
            leaderEndAtFetch = UNKNOWN;
        }
        brokerEpoch = newBrokerEpoch;
    }
}
