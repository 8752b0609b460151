package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.LaneTask;
import io.millrace.log.io.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a compacted segment, whole and synced, in the place of those that it was made of:
 *
 * <ol>
 *   <li>{@code <base>.log.cleaned} becomes {@code <base>.log.<end>.swap}, durably: from here on it is in force, and
 *       {@link FoundSwaps} does the rest if the process does not;
 *   <li>the old files are set aside, their indexes first, durably;
 *   <li>the new one is renamed to {@code <base>.log}, and its index written.
 * </ol>
 *
 * Between two steps the names of one folder are made durable, because after a loss of power each rename may be as before or
 * as after on its own. Readers that were planned on an old file find it under its new name until
 * {@code file.delete.delay.ms} is over.
 *
 * <p>Thread: as {@link LaneTask}.
 */
final class SwapTask extends LaneTask {
    private final SegmentedLog log;
    private final List<Segment> old;
    private final Segment cleaned;
    private final LoadedIndex index;
    private final long firstDirty;
    private final long delayMs;
    private final int swap;

    /** @param swap tells the swaps of one log apart */
    SwapTask(SegmentedLog log, List<Segment> old, Segment cleaned, LoadedIndex index, long firstDirty, int swap) {
        super(log.lane());
        this.log = log;
        this.old = old;
        this.cleaned = cleaned;
        this.index = index;
        this.firstDirty = firstDirty;
        this.delayMs = log.config.fileDeleteDelayMs();
        this.swap = swap;
    }

    @Override
    protected void onWriter() throws IOException {
        if (log.services.health().isOffline()) return;
        Disk disk = log.services.disk();
        OpenFiles files = log.services.openFiles();
        Path folder = log.folder.path();
        // Before anything with a gap is in force.
        if (!CleanedMark.exists(disk, folder)) log.compaction.writeMark(firstDirty);
        rename(files, folder, cleaned, FoundSwaps.name(cleaned.baseOffset, cleaned.endOffset));
        disk.syncDirectory(folder);
        List<Path> aside = new ArrayList<>();
        for (Segment segment : old) {
            disk.delete(log.folder.file(segment.baseOffset, SegmentNames.INDEX));
            disk.delete(log.folder.file(segment.baseOffset, SegmentNames.SNAPSHOT));
            String name = SegmentNames.of(segment.baseOffset, SegmentNames.LOG) + "." + swap + SegmentNames.DELETED;
            rename(files, folder, segment, name);
            aside.add(folder.resolve(name));
            lane().noteGone(segment.target);
            log.services.indexes().forget(segment.target);
        }
        disk.syncDirectory(folder);
        files.rename(
                cleaned.target, log.folder.file(cleaned.baseOffset, SegmentNames.LOG), () -> cleaned.target.isAt(null));
        lane().noteNames();
        SmallFiles.writeIfPossible(
                disk,
                log.folder.file(cleaned.baseOffset, SegmentNames.INDEX),
                IndexFile.encode(cleaned.baseOffset, index));
        log.services.writer().later(log.services.io().nowMs() + delayMs, () -> remove(aside));
    }

    private void remove(List<Path> aside) {
        for (Segment segment : old) log.services.openFiles().forget(segment.target);
        DeleteSegmentsTask.remove(log.services, aside);
    }

    private static void rename(OpenFiles files, Path folder, Segment segment, String name) throws IOException {
        files.rename(segment.target, folder.resolve(name), () -> segment.target.isAt(name));
    }

    /** Half done, and the books say that it is done: nobody may go on from here but a restart. */
    @Override
    protected void onOwner(IOException failure) {
        if (failure != null) {
            log.services.health().offline("compaction of " + log.id + " failed: " + failure, failure);
        }
    }
}
