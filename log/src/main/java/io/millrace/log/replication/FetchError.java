package io.millrace.log.replication;

/**
 * Why a leader gives a follower nothing. The order is part of the wire format: new ones go to the end.
 *
 * <p>Thread: any.
 */
public enum FetchError {
    NONE,
    /** No such partition here, or not yet. */
    UNKNOWN_PARTITION,
    NOT_LEADER,
    /** The follower's leader epoch is over. */
    FENCED_LEADER_EPOCH,
    /** The follower knows a newer leader epoch than this replica. */
    UNKNOWN_LEADER_EPOCH,
    /** The follower's log ends before the leader's starts, or beyond its end where no epoch tells why. */
    OFFSET_OUT_OF_RANGE,
    /** The follower is not among the replicas that are committed. */
    NOT_A_REPLICA,
    /** A newer life of the follower has been seen (KIP-903). */
    STALE_BROKER_EPOCH,
    /** The leader could not read. */
    STORAGE
}
