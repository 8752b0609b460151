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

    /**
     * Durable when it returns.
     *
     * @param doubtful an attempt before may have deleted something without a sync; else a folder in which nothing was to be
     *     deleted needs none
     */
    static void removeBeyond(Disk disk, Path folder, long segmentBase, long endOffset, boolean doubtful)
            throws IOException {
        Path index = SegmentNames.in(folder, segmentBase, SegmentNames.INDEX);
        boolean any = doubtful;
        for (Path file : disk.list(folder)) {
            if (file.equals(index) || SegmentNames.baseOffset(file, SegmentNames.SNAPSHOT) > endOffset) {
                disk.delete(file);
                any = true;
            }
        }
        if (any) disk.syncDirectory(folder);
    }
}
