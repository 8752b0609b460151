package io.millrace.log.replica;

/**
 * How the leader epoch in a request compares with this replica's.
 *
 * <p>Thread: any.
 */
public enum EpochCheck {
    /** Equal, or the request names none. */
    CURRENT,
    /** The request's is older: FENCED_LEADER_EPOCH. */
    FENCED,
    /** The request's is newer: UNKNOWN_LEADER_EPOCH, and this replica's role is over. */
    UNKNOWN
}
