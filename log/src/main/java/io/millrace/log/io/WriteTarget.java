package io.millrace.log.io;

/**
 * A file that a lane appends to. What is physically there and whole is known to the writer only.
 *
 * <p>Thread: the writer, once the lane has its first task; made and initialised by the owner before that.
 */
public abstract class WriteTarget extends FileRef {
    private long fileBytes;
    private boolean exists;
    /** A failed write was cut off, and the disk may not know. */
    private boolean cutBackUnsynced;

    /** A file that is made by its first write. */
    protected WriteTarget() {}

    /** A file that is there already, whole up to {@code fileBytes}. */
    protected WriteTarget(long fileBytes) {
        this.fileBytes = fileBytes;
        this.exists = true;
    }

    /** The offset after which its file ends, for the log's own messages and tests. */
    public final long fileBytes() {
        return fileBytes;
    }

    public final boolean exists() {
        return exists;
    }

    /** Recovery has found the file to be whole up to here; before the first task only. */
    protected final void found(long bytes) {
        fileBytes = bytes;
    }

    final void wrote(long bytes) {
        fileBytes += bytes;
        exists = true;
    }

    final boolean cutBackUnsynced() {
        return cutBackUnsynced;
    }

    final void cutBackUnsynced(boolean value) {
        cutBackUnsynced = value;
    }

    final void created() {
        exists = true;
    }

    final void cutTo(long bytes) {
        fileBytes = bytes;
    }
}
