package io.millrace.log.io;

import java.io.IOException;

/**
 * The folder that a log is to make is still that of a deleted topic of the same name, whose removal is on its way: try
 * again. Thread: any.
 */
public final class FolderTakenException extends IOException {
    public FolderTakenException(String message) {
        super(message);
    }
}
