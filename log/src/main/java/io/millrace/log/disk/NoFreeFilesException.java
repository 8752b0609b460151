package io.millrace.log.disk;

import java.io.IOException;

/**
 * The process may not open another file at the moment. Nothing is wrong with the disk and nothing was done: close some and
 * try again. Thread: any.
 */
public final class NoFreeFilesException extends IOException {
    public NoFreeFilesException(String message, Throwable cause) {
        super(message, cause);
    }
}
