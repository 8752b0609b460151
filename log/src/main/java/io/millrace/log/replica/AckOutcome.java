package io.millrace.log.replica;

/**
 * How an append with acks=all stands.
 *
 * <p>Thread: any.
 */
public enum AckOutcome {
    /** Not yet on all in-sync replicas. */
    WAIT,
    ACKNOWLEDGED,
    /** It is in the log of all in-sync replicas, but they have become too few: NOT_ENOUGH_REPLICAS_AFTER_APPEND. */
    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    NOT_LEADER
}
