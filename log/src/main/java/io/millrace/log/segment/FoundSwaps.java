package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finishes what {@link SwapTask} had begun when the process ended, and removes what compaction had only written. Each step
 * may be done twice.
 *
 * <p>Thread: the read pool, before anything else of the folder is looked at.
 */
final class FoundSwaps {
    private FoundSwaps() {}

    /** The name of a file that takes the place of all segments from {@code base} to below {@code end}. */
    static String name(long base, long end) {
        return SegmentNames.of(base, SegmentNames.LOG) + "." + end + SegmentNames.SWAP;
    }

    /** @return whether names have changed */
    static boolean finish(Disk disk, Path folder, List<Path> files) throws IOException {
        boolean changed = false;
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(SegmentNames.CLEANED)) {
                disk.delete(file);
                changed = true;
            } else if (name.endsWith(SegmentNames.SWAP)) {
                finish(disk, folder, files, file);
                changed = true;
            }
        }
        return changed;
    }

    private static void finish(Disk disk, Path folder, List<Path> files, Path swap) throws IOException {
        String name = swap.getFileName().toString();
        String segment = name.substring(
                0, Math.min(name.length(), SegmentNames.of(0, SegmentNames.LOG).length()));
        long base = SegmentNames.baseOffset(folder.resolve(segment), SegmentNames.LOG);
        long end = end(name, segment);
        if (base < 0 || end <= base) throw new IOException(swap + " is not a name that compaction gives");
        for (Path old : files) {
            for (String suffix : DeleteSegmentsTask.SUFFIXES) {
                long of = SegmentNames.baseOffset(old, suffix);
                if (of >= base && of < end) disk.delete(old);
            }
        }
        disk.syncDirectory(folder);
        disk.rename(swap, folder.resolve(segment));
        disk.syncDirectory(folder);
    }

    private static long end(String name, String segment) {
        try {
            return Long.parseLong(name.substring(segment.length() + 1, name.length() - SegmentNames.SWAP.length()));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return -1;
        }
    }
}
