package io.millrace.log.segment;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Looks whether a checkpoint's position can be one where a batch starts: cheap, and done before the checkpoint is trusted.
 *
 * <p>Thread: the read pool (no state).
 */
final class PlausiblePosition {
    private PlausiblePosition() {}

    /** @param bytes the segment's size */
    static boolean of(LogCheckpoint checkpoint, Disk disk, Path segment, long bytes) throws IOException {
        int position = checkpoint.position();
        if (bytes <= position) return bytes == position;
        if (position == 0) return true;
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        try (DiskFile file = disk.open(segment, OpenMode.READ)) {
            while (header.hasRemaining()) {
                if (file.read(header, (long) position + header.position()) <= 0) return false;
            }
        }
        return BatchHeader.magic(header, 0) == BatchHeader.MAGIC
                && BatchHeader.baseOffset(header, 0) >= checkpoint.recoveryOffset();
    }
}
