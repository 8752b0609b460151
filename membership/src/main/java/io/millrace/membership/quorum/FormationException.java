package io.millrace.membership.quorum;

/**
 * The metadata folder does not belong to this node or is damaged: the message is one sentence for a person, and the
 * process must end without touching anything.
 *
 * <p>Thread: any.
 */
public final class FormationException extends Exception {
    public FormationException(String message) {
        super(message);
    }

    public FormationException(String message, Throwable cause) {
        super(message, cause);
    }
}
