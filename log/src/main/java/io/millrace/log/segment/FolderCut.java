package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Before a segment is cut, what was derived from the part that goes must be gone for good: another history may grow there,
 * and an index or a snapshot of the old one would be believed. Thread: the writer or the read pool.
 */
final class FolderCut {
    private FolderCut() {}

    /** Durable when it returns. */
    static void removeBeyond(Disk disk, Path folder, long segmentBase, long endOffset) throws IOException {
        disk.delete(SegmentNames.in(folder, segmentBase, SegmentNames.INDEX));
        for (Path file : disk.list(folder)) {
            if (SegmentNames.baseOffset(file, SegmentNames.SNAPSHOT) > endOffset) disk.delete(file);
        }
        disk.syncDirectory(folder);
    }
}
