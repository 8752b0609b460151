package io.millrace.log.disk;

import java.io.IOException;

/**
 * A file has a version that this build does not know: a newer build wrote it. It is not damaged, and the caller must leave it and
 * everything beside it as it is. Thread: any.
 */
public final class NewerFormatException extends IOException {
    /** @param what the path, or whatever a person can find it by */
    public NewerFormatException(Object what, Object version, Object known) {
        super(what + " has version " + version + ", this build reads up to " + known + ": use the build that wrote it");
    }
}
