package io.millrace.membership;

/**
 * A proposal was appended, then this node stopped leading: only the committed state tells whether it counts.
 *
 * <p>Thread: any.
 */
public final class UnknownOutcomeException extends RuntimeException {
    public UnknownOutcomeException(String message) {
        super(message);
    }
}
