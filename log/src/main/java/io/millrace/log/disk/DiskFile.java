package io.millrace.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * One open file.
 *
 * <p>What a crash may leave: bytes written before the last successful {@link #sync} are there; of later writes any
 * subset of the bytes may be there, zeroes may stand where bytes are missing, and the size may be anything between the
 * synced and the last size. A killed process loses nothing that a write call has returned for.
 *
 * <p>Thread: reads from any thread; writes and truncation from one thread at a time; {@link #sync} may run beside both
 * and covers every write that returned before it started.
 */
public interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads up to {@code dst.remaining()} bytes at {@code position}; may be short; -1 at or beyond the end. */
    int read(ByteBuffer dst, long position) throws IOException;

    /**
     * Writes all remaining bytes of {@code parts[from .. from + count)} at {@code position}, gathered into as few calls
     * as the system allows. When it throws, an unknown prefix of the bytes may be in the file: the caller cuts back
     * with {@link #truncate}.
     *
     * @throws DiskFullException when the device has no space left
     */
    void writeFully(ByteBuffer[] parts, int from, int count, long position) throws IOException;

    /** As {@link #writeFully(ByteBuffer[], int, int, long)} for one buffer. */
    void writeFully(ByteBuffer part, long position) throws IOException;

    /** Cuts the file to {@code size}; never makes it longer. Durable only after {@link #sync}. */
    void truncate(long size) throws IOException;

    /** Makes content and size durable. A failure must never be retried: the system may have dropped the dirty pages. */
    void sync() throws IOException;

    /** The channel behind this file for sendfile; empty where there is none (a simulated disk). */
    Optional<FileChannel> channel();

    @Override
    void close() throws IOException;
}
