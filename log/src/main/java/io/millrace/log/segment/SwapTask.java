package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.LaneTask;
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
 * {@code file.delete.delay.ms} is over. A step that finds no free file handle is gone on with later; what is half done when
 * something else fails nobody may go on from but a restart, since the books say that it is done.
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
    private final int timesEmptied;
    /** Where those of the old files are that have gone already. */
    private final List<Path> aside = new ArrayList<>();

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
        this.timesEmptied = log.timesEmptied;
    }

    @Override
    protected void onWriter() {
        PatientStep.run(log.services, "compaction of " + log.id, this::swap);
    }

    /** Until it is done, readers find each file where it is; nobody cuts or deletes what is half way. */
    private void swap() throws IOException {
        if (log.timesEmptied == timesEmptied) {
            putInForce();
            setOldAside();
            putInPlace();
        } else if (lane().folderIsReady()) {
            // The log begins anew: a start must not take this for a part of it.
            log.services.openFiles().forget(cleaned.target);
            log.services.disk().delete(cleaned.target.path());
        }
        log.compaction.swapped();
    }

    private void putInForce() throws IOException {
        Path folder = log.folder.path();
        // Before anything with a gap is in force.
        if (!CleanedMark.exists(log.services.disk(), folder)) log.compaction.writeMark(firstDirty);
        String name = FoundSwaps.name(cleaned.baseOffset, cleaned.endOffset);
        if (!cleaned.target.path().equals(folder.resolve(name))) rename(folder, cleaned, name);
        log.services.disk().syncDirectory(folder);
    }

    private void setOldAside() throws IOException {
        Disk disk = log.services.disk();
        Path folder = log.folder.path();
        for (Segment segment : old.subList(aside.size(), old.size())) {
            disk.delete(log.folder.file(segment.baseOffset, SegmentNames.INDEX));
            disk.delete(log.folder.file(segment.baseOffset, SegmentNames.SNAPSHOT));
            String name = SegmentNames.of(segment.baseOffset, SegmentNames.LOG) + "." + swap + SegmentNames.DELETED;
            rename(folder, segment, name);
            aside.add(folder.resolve(name));
            lane().noteGone(segment.target);
            log.services.indexes().forget(segment.target);
        }
        disk.syncDirectory(folder);
    }

    private void putInPlace() throws IOException {
        log.services
                .openFiles()
                .rename(
                        cleaned.target,
                        log.folder.file(cleaned.baseOffset, SegmentNames.LOG),
                        () -> cleaned.target.isAt(null));
        lane().noteNames();
        SmallFiles.writeIfPossible(
                log.services.disk(),
                log.folder.file(cleaned.baseOffset, SegmentNames.INDEX),
                IndexFile.encode(cleaned.baseOffset, index));
        log.services.writer().later(delayMs, this::remove);
    }

    private void remove() {
        for (Segment segment : old) log.services.openFiles().forget(segment.target);
        DeleteSegmentsTask.remove(log.services, aside);
    }

    private void rename(Path folder, Segment segment, String name) throws IOException {
        log.services.openFiles().rename(segment.target, folder.resolve(name), () -> segment.target.isAt(name));
    }
}
