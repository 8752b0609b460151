package io.millrace.client;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;

/**
 * The failure of every future of this client: ask {@link #error()} what to do next.
 *
 * <p>Thread: immutable.
 */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final LogError error;

    public LogException(LogError error, String message) {
        super(error + (message == null || message.isEmpty() ? "" : ": " + message), null, false, false);
        this.error = error;
    }

    public LogError error() {
        return error;
    }

    public boolean isRetriable() {
        return error.isRetriable();
    }

    /** A door's refusal is JSON, for programs; here is what it says to people. */
    private static String said(String message) {
        if (message == null || !message.startsWith("{")) {
            return message;
        }
        try {
            return new JsonObject(message).getString("message", message);
        } catch (RuntimeException notJson) {
            return message;
        }
    }

    /** The same failure in the words of this client. */
    public static LogException of(Throwable failure) {
        if (failure instanceof LogException known) {
            return known;
        }
        if (failure instanceof ReplyException reply) {
            LogError error = reply.failureType() == ReplyFailure.TIMEOUT
                    ? LogError.TIMED_OUT
                    : reply.failureType() == ReplyFailure.NO_HANDLERS
                            ? LogError.NODE_UNREACHABLE
                            : LogError.ofCode(reply.failureCode());
            return new LogException(error == null ? LogError.UNKNOWN_SERVER_ERROR : error, said(reply.getMessage()));
        }
        return new LogException(LogError.UNKNOWN_SERVER_ERROR, String.valueOf(failure));
    }
}
