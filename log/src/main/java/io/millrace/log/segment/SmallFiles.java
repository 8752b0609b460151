package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the files that can be rebuilt (indexes, snapshots). They carry their own checksum, so that a torn one is
 * recognised; one that cannot be written, say on a full disk, is left out. Thread: the writer.
 */
final class SmallFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SmallFiles.class);

    private SmallFiles() {}

    static void writeIfPossible(Disk disk, Path path, ByteBuffer bytes) {
        try {
            try (DiskFile file = disk.open(path, OpenMode.CREATE)) {
                file.truncate(0);
                file.writeFully(bytes, 0);
            }
        } catch (IOException e) {
            LOG.warn("{} was not written and will be rebuilt when needed: {}", path, e.toString());
        }
    }

    /** Null when it is missing or larger than {@code maxBytes}. */
    static byte[] read(Disk disk, Path path, long maxBytes) throws IOException {
        if (!disk.exists(path)) return null;
        long size = disk.size(path);
        if (size > maxBytes) return null;
        ByteBuffer in = ByteBuffer.allocate((int) size);
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            while (in.hasRemaining()) {
                if (file.read(in, in.position()) <= 0) return null;
            }
        }
        return in.array();
    }
}
