package io.millrace.log.replica;

/**
 * What is known of a proposal that did not simply commit (a commit arrives as a committed record).
 *
 * <p>Thread: any.
 */
public enum IsrAnswer {
    /** The controller did not apply it: INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED, INVALID_REQUEST. */
    NOT_APPLIED,
    /**
     * An epoch was behind: FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, NEW_LEADER_ELECTED. A newer committed record
     * exists; it decides when it arrives.
     */
    SUPERSEDED,
    /** A timeout, a lost connection, another controller, any other error: it may be applied now, later or never. */
    UNKNOWN
}
