package io.millrace.membership.controller;

/**
 * A command that has no outcome. Either nothing was done: this node is not the controller, or is full, or the command as a
 * whole was wrong; it may be given again. Or its records were proposed, or a node was asked that did not answer, and nobody
 * knows whether they count ({@link #isOutcomeUnknown}): only the committed state can tell, so look there before trying again.
 *
 * <p>Thread: any.
 */
public final class ControllerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ControllerError error;
    private final boolean outcomeUnknown;

    private ControllerException(ControllerError error, String message, boolean outcomeUnknown) {
        super(message, null, false, false);
        this.error = error;
        this.outcomeUnknown = outcomeUnknown;
    }

    /** Nothing was done. */
    public ControllerException(ControllerError error, String message) {
        this(error, message, false);
    }

    /** It may have been done, or be done later, or never. */
    public static ControllerException unknownOutcome(String message) {
        return new ControllerException(ControllerError.REQUEST_TIMED_OUT, message, true);
    }

    public ControllerError error() {
        return error;
    }

    public boolean isOutcomeUnknown() {
        return outcomeUnknown;
    }
}
