package io.millrace.log.disk;

import java.io.IOException;

/**
 * No space (or quota) left. Whoever catches it may go on reading and may try the same write again later; every other
 * {@link IOException} of a write means that the device cannot be trusted any more. Thread: any.
 */
public final class DiskFullException extends IOException {
    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
