package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What tells that a log's beginning was let go of by intent while its new start has no room on a full disk: a file with a removed
 * segment's name that waits for its removal ({@link SetAside}). Retention is to make room, so a small file takes that name
 * in the segment's place.
 *
 * <p>Thread: one at a time for a log's files.
 */
final class StartSign {
    /** What may go on taking room for it. */
    private static final long MOST_BYTES = 64 << 10;

    private static final String SEGMENT = SegmentNames.LOG + SegmentNames.DELETED;

    private StartSign() {}

    /**
     * Removes all of these files but the smallest, which takes the name of the last segment among them.
     *
     * @return that one; null when there is none that is small enough, or no segment
     */
    static Path keep(Disk disk, List<Path> waiting) throws IOException {
        Path last = null;
        Path smallest = null;
        for (Path file : waiting) {
            if (!disk.exists(file)) continue;
            if (file.toString().endsWith(SEGMENT) && (last == null || file.compareTo(last) > 0)) last = file;
            if (smallest == null || disk.size(file) < disk.size(smallest)) smallest = file;
        }
        boolean keeps = last != null && disk.size(smallest) <= MOST_BYTES;
        // First: at no moment is there neither of them.
        if (keeps && !smallest.equals(last)) disk.rename(smallest, last);
        for (Path file : waiting) {
            if (!keeps || !file.equals(last)) disk.delete(file);
        }
        return keeps ? last : null;
    }
}
