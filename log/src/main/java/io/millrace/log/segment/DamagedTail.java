package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Keeps a copy of what a cut takes off, for people: intact batches lie in it. Thread: the read pool. */
final class DamagedTail {
    private static final int COPY_BYTES = 1 << 20;

    private DamagedTail() {}

    static void keep(Disk disk, DiskFile file, long from, long to, Path copy) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
        try (DiskFile out = disk.open(copy, OpenMode.CREATE)) {
            for (long at = from; at < to; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(COPY_BYTES, to - at));
                while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) > 0) {
                    // until full
                }
                buffer.flip();
                if (!buffer.hasRemaining()) return;
                out.writeFully(buffer.duplicate(), at - from);
            }
        }
    }
}
