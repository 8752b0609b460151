package io.millrace.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes what a new process has read and believes to the same place again, so that the next sync covers it: a log behind its
 * checkpoint, and the checkpoints themselves.
 *
 * <p>A sync that failed has marked its pages clean: they look as if they were on the disk, and no later sync writes them. The process
 * that knew is gone, and the next one reads them from the page cache; it would go on behind a hole, and promise that the power
 * can go. Below a checkpoint nothing is in doubt: a sync has succeeded before it was made.
 *
 * <p>Thread: any that may block.
 */
public final class WrittenAgain {
    private static final int CHUNK_BYTES = 64 << 10;

    private WrittenAgain() {}

    /** @return how many bytes lie in between */
    public static long write(DiskFile file, long from, long to) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, to - from));
        try {
            for (long at = from; at < to; at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, to - at));
                while (chunk.hasRemaining()) {
                    if (file.read(chunk, at + chunk.position()) <= 0) throw new IOException("the file became shorter");
                }
                chunk.flip();
                file.writeFully(chunk.duplicate(), at);
            }
        } catch (DiskFullException full) {
            // Only where a file system copies on write. It stays as it was found, and what comes next has no room
            // either.
        }
        return to - from;
    }
}
