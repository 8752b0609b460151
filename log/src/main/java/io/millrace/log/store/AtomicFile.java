package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Replaces a small text file so that a crash leaves the old or the new one, whole. Blocks. Thread: any. */
final class AtomicFile {
    private AtomicFile() {}

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
