package io.millrace.membership;

/**
 * A change of voters that was refused; nothing was appended.
 *
 * <p>Thread: any.
 */
public final class VoterChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** It is a voter, with this or another directory. */
        DUPLICATE,
        /** There is no such voter. */
        NOT_FOUND,
        /** Another change, or the leader's first record, is not committed yet: the same may be asked again. */
        NOT_YET,
        /** The node does not follow, or lags behind: the same may be asked again. */
        NOT_CAUGHT_UP,
        /** It would leave a quorum that cannot decide, or none. */
        UNSOUND
    }

    private final Reason reason;

    public VoterChangeException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
