package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A planned read of a file. Planning touched memory only; loading opens the file, finds the batches and pulls them into
 * the page cache, so that a later sendfile does not wait for the disk.
 */
public interface ColdRead {
    /** Where the read starts. */
    long offset();

    /**
     * Blocks. Thread: the directory's I/O pool.
     *
     * @return the slice, retained for the caller; empty when the bytes have been deleted or truncated since planning
     * @throws IOException when the device fails (the log directory is taken offline)
     */
    FileSlice load() throws IOException;

    /**
     * The slice at once, retained for the caller, if nothing of it waits for the disk as far as is known: the file is open,
     * the index in memory, and the bytes came lately. Null otherwise; then {@link #submit} is the way. Thread: the owner.
     */
    default FileSlice ready() {
        return null;
    }

    /** Runs {@link #load} on the directory's I/O pool; exactly one of the two is called, on the owner. */
    void submit(Consumer<FileSlice> loaded, Consumer<IOException> failed);

    /** Takes whole batches that were copied from a file, and where the next read goes on. */
    @FunctionalInterface
    interface Copied {
        void accept(ByteBuffer batches, long nextOffset);
    }

    /**
     * The same for a reader that wants the bytes in memory: the pool copies them, and nothing is left to release. Exactly
     * one of the two is called, on the owner.
     */
    void submitCopy(Copied copied, Consumer<IOException> failed);
}
