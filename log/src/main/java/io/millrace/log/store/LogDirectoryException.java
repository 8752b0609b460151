package io.millrace.log.store;

import io.millrace.log.disk.DiskLockedException;
import io.millrace.log.disk.NewerFormatException;
import java.io.IOException;
import java.nio.file.Path;

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

    /** A file in it is a newer build's. */
    LogDirectoryException(Path directory, NewerFormatException newer) {
        this("Log directory " + directory + " is a newer build's: " + newer.getMessage() + ".", newer);
    }

    static LogDirectoryException unusable(Path directory, IOException why) {
        return why instanceof NewerFormatException newer
                ? new LogDirectoryException(directory, newer)
                : new LogDirectoryException("Log directory " + directory + " cannot be used: " + why + ".", why);
    }

    /** Whether the disk is to blame, not what somebody wanted of it: a node with several may go on without this one. */
    public boolean isOfTheDisk() {
        return getCause() instanceof IOException
                && !(getCause() instanceof DiskLockedException)
                && !(getCause() instanceof NewerFormatException);
    }
}
