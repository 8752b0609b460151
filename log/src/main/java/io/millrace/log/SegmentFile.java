package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * An open segment file, counted: it stays open while someone holds it, even when the log has deleted the file or the
 * bound on open files has pushed it out. Thread: any.
 */
public interface SegmentFile {
    /** For sendfile; the caller must not move its position, write to it or close it. Empty on a simulated disk. */
    Optional<FileChannel> channel();

    /** Blocks; as {@link FileChannel#read(ByteBuffer, long)}. */
    int read(ByteBuffer dst, long position) throws IOException;

    /** One holder more; returns this. */
    SegmentFile retain();

    /** One holder less; the last one may close the file. */
    void release();
}
