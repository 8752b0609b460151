package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Replaces a small text file so that a crash leaves the old or the new one, whole. Blocks. Thread: any. */
final class AtomicFile {
    private static final int ROOM_BYTES = 256;

    private AtomicFile() {}

    /**
     * The same; where the disk has no room for a second file, in the place of the old text, which takes none: blank lines keep it.
     * A lost power may then leave neither of both: only where a reader takes that for the worst.
     */
    static void writeAlsoWhenFull(Disk disk, Path path, String text) throws IOException {
        String padded = text + "\n".repeat(Math.max(0, ROOM_BYTES - text.length()));
        try {
            write(disk, path, padded);
        } catch (DiskFullException full) {
            if (!disk.exists(path)) throw full;
            try (DiskFile file = disk.open(path, OpenMode.READ_WRITE)) {
                byte[] bytes = padded.getBytes(StandardCharsets.UTF_8);
                file.writeFully(ByteBuffer.wrap(bytes), 0);
                file.truncate(bytes.length);
                file.sync();
            }
        }
    }

    static void write(Disk disk, Path path, String text) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".tmp");
        try (DiskFile file = disk.open(fresh, OpenMode.CREATE)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        disk.rename(fresh, path);
        disk.syncDirectory(path.getParent());
    }
}
