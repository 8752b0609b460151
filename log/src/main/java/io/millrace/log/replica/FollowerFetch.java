package io.millrace.log.replica;

/**
 * What a leader makes of a follower's fetch.
 *
 * <p>Thread: any.
 */
public enum FollowerFetch {
    NOTED,
    NOT_LEADER,
    NOT_A_REPLICA,
    /** From an earlier life of that broker than one already seen. */
    STALE_BROKER_EPOCH,
    /** Beyond the leader's own end: the follower's log diverges, nothing is credited. */
    BEYOND_END
}
