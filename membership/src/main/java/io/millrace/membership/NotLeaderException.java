package io.millrace.membership;

import java.util.OptionalInt;

/**
 * Nothing was appended, because this node does not lead, does not lead any more, or is full: the caller may safely ask the
 * leader instead.
 *
 * <p>Thread: any.
 */
public final class NotLeaderException extends RuntimeException {
    private final transient OptionalInt leaderId;

    public NotLeaderException(String message, OptionalInt leaderId) {
        super(message);
        this.leaderId = leaderId;
    }

    /** Whom to ask, as far as this node knows. */
    public OptionalInt leaderId() {
        return leaderId == null ? OptionalInt.empty() : leaderId;
    }
}
