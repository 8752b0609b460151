package io.millrace.membership.controller;

/**
 * Ends the work on one item of a command; the outcome of that item carries its error and message. Never leaves the
 * package, and has no stack trace: it is an answer, not a fault.
 *
 * <p>Thread: any.
 */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ControllerError error;

    Refusal(ControllerError error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    ControllerError error() {
        return error;
    }
}
