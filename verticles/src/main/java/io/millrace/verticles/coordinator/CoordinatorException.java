package io.millrace.verticles.coordinator;

import io.millrace.protocol.Errors;

/**
 * There was no machine to ask: this node is not the coordinator, or is still loading. Answer the client with {@link
 * #error}; all but UNKNOWN_SERVER_ERROR tell it to try again.
 *
 * <p>Thread: any.
 */
public final class CoordinatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Errors error;

    /** Without a stack trace: it is made per request while a partition is being loaded. */
    CoordinatorException(Errors error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public Errors error() {
        return error;
    }

    /** The error code for whatever has failed an answer. */
    public static Errors errorOf(Throwable failure) {
        return failure instanceof CoordinatorException refused ? refused.error : Errors.UNKNOWN_SERVER_ERROR;
    }
}
