package io.millrace.log.producer;

/**
 * The bytes of a producer snapshot are not what was written, or of a version this release does not know. Delete the
 * snapshot and rebuild from an older one and the log.
 *
 * <p>Thread: any.
 */
public final class DamagedSnapshotException extends RuntimeException {
    DamagedSnapshotException(String message) {
        super(message);
    }
}
