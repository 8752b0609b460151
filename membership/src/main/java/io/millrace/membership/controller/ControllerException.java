package io.millrace.membership.controller;

/**
 * A command that was not carried out at all: this node is not the controller, stopped being it before the records were
 * committed, or a command as a whole was wrong. {@link ControllerError#NOT_CONTROLLER} after a proposal means that the
 * outcome is unknown.
 *
 * <p>Thread: any.
 */
public final class ControllerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ControllerError error;

    public ControllerException(ControllerError error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public ControllerError error() {
        return error;
    }
}
