package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whole batches inside one segment file, which stays open until {@link #release}. Thread: any; released once.
 *
 * @param file null when empty
 * @param nextOffset where the next read goes on
 */
public record FileSlice(SegmentFile file, long position, int sizeBytes, long nextOffset) {
    public static FileSlice empty(long nextOffset) {
        return new FileSlice(null, 0, 0, nextOffset);
    }

    public boolean isEmpty() {
        return sizeBytes == 0;
    }

    /** Copies the bytes into {@code dst}; blocks, so not on an event loop. */
    public void readInto(ByteBuffer dst) throws IOException {
        long at = position;
        long end = position + sizeBytes;
        while (at < end && dst.hasRemaining()) {
            ByteBuffer part = dst.duplicate();
            part.limit((int) Math.min(part.limit(), part.position() + (end - at)));
            int n = file.read(part, at);
            if (n <= 0) throw new IOException(file + " ends at " + at + ", expected " + end);
            dst.position(dst.position() + n);
            at += n;
        }
    }

    public void release() {
        if (file != null) file.release();
    }
}
