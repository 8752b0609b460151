package io.millrace.log.store;

/**
 * A log directory cannot be used; the message is one sentence that names the path and what was expected, fit to be shown
 * to whoever started the process. Thread: any.
 */
public final class LogDirectoryException extends Exception {
    public LogDirectoryException(String message) {
        super(message);
    }

    public LogDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
