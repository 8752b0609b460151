package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What tells that a log's beginning was let go of by intent while its new start has no room on a full disk: a file with a removed
 * segment's name that waits for its removal ({@link SetAside}). Retention is to make room, so a small file takes that name
 * in the segment's place, or what it held is cut off.
 *
 * <p>Thread: one at a time for a log's files.
 */
final class StartSign {
    /** What may go on taking room for it. */
    private static final long MOST_BYTES = 64 << 10;

    private static final String SEGMENT = SegmentNames.LOG + SegmentNames.DELETED;

    private StartSign() {}

    /**
     * Removes all of these files but the smallest, which takes the name of the last segment among them; where none is small
     * enough that one stays, empty.
     *
     * @return that one; null when there is no segment, or no handle to empty it
     */
    static Path keep(Disk disk, List<Path> waiting) throws IOException {
        Path last = null;
        Path smallest = null;
        for (Path file : waiting) {
            if (!disk.exists(file)) continue;
            if (file.toString().endsWith(SEGMENT) && (last == null || file.compareTo(last) > 0)) last = file;
            if (smallest == null || disk.size(file) < disk.size(smallest)) smallest = file;
        }
        boolean isSmall = last != null && disk.size(smallest) <= MOST_BYTES;
        // First: at no moment is there neither of them.
        if (isSmall && !smallest.equals(last)) disk.rename(smallest, last);
        boolean keeps = isSmall || last != null && isEmptied(disk, last);
        for (Path file : waiting) {
            if (!keeps || !file.equals(last)) disk.delete(file);
        }
        return keeps ? last : null;
    }

    private static boolean isEmptied(Disk disk, Path file) throws IOException {
        try (DiskFile open = disk.open(file, OpenMode.READ_WRITE)) {
            open.truncate(0);
            return true;
        } catch (NoFreeFilesException e) {
            // Room is what is to be made before all.
            return false;
        }
    }
}
