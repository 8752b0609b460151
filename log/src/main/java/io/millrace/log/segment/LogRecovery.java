package io.millrace.log.segment;

import io.millrace.log.LogConfig;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.disk.WrittenAgain;
import io.millrace.log.producer.AbortedTransactions;
import io.millrace.log.producer.DamagedSnapshotException;
import io.millrace.log.producer.ProducerStateTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a log out of a partition's folder. Everything below the checkpoint is taken as it is, without opening a file;
 * everything behind it is read and checked, and the log ends behind the last good batch. Without a usable checkpoint all of
 * it is read.
 *
 * <p>What is found to be bad: behind the checkpoint the log is cut there, since nothing behind it was promised to be synced
 * (in page-cache mode), or what was synced is damaged (in group mode); when intact batches lie behind the cut, a safety alarm
 * says so and the bytes are kept in files named {@code .damaged}. A log that never had a checkpoint is cut likewise: any of
 * its segments may have been torn. When the checkpoints are lost a sealed segment is never cut: the damage stays where it
 * is, raises the alarm, and reads of those offsets fail.
 *
 * <p>Thread: the read pool; made for one recovery.
 */
public final class LogRecovery {
    private static final String DAMAGED = ".damaged";

    private final LogServices services;
    private final TopicPartitionId id;
    private final LogConfig config;
    private final LogCheckpoint checkpoint;
    private final boolean checkpointsTrusted;
    private final long nowMs;
    private final LogContent content;
    private final Disk disk;
    private final List<Found> found = new ArrayList<>();
    private final SetAside setAside = new SetAside();
    private boolean everything;
    private boolean checkpointWithdrawn;

    /**
     * @param checkpoint null for none
     * @param checkpointsTrusted when there is none: whether that means that nothing was ever synced for good
     */
    public LogRecovery(
            LogServices services,
            TopicPartitionId id,
            LogConfig config,
            LogCheckpoint checkpoint,
            boolean checkpointsTrusted,
            long nowMs) {
        this.services = services;
        this.id = id;
        this.config = config;
        this.checkpoint = checkpoint;
        this.checkpointsTrusted = checkpointsTrusted;
        this.nowMs = nowMs;
        this.content = LogContent.empty(services, id);
        this.disk = services.disk();
    }

    /** Whether there was a checkpoint once, which a truncation has withdrawn. */
    public LogRecovery checkpointWithdrawn(boolean once) {
        checkpointWithdrawn = once;
        return this;
    }

    /** @param logStart from DeleteRecords; -1 for none */
    public LogContent run(long logStart) throws IOException {
        list();
        // Retention had let go of them; the names have come back, perhaps not all of them.
        while (found.size() > 1 && found.get(1).base <= logStart) deleteFirst();
        lookAtBeginning(logStart);
        if (found.isEmpty()) {
            withoutSegments(logStart);
        } else {
            recover(logStart);
        }
        if (checkpoint != null) content.highWatermark = Math.min(checkpoint.highWatermark(), content.end);
        if (logStart > content.end) {
            beginAgainAt(logStart);
        } else {
            services.checkpoints().invalidateBeyond(id, content.end);
        }
        long first = content.segments.isEmpty() ? content.end : content.segments.get(0).baseOffset;
        content.logStart = Math.max(first, logStart);
        content.highWatermark = Math.max(content.logStart, content.highWatermark);
        if (content.firstDirty > content.end) {
            content.firstDirty = content.logStart;
            CleanedMark.write(disk, content.folder.path(), content.logStart);
        }
        content.epochs.truncateFromStart(content.logStart);
        content.producers.advanceLogStart(content.logStart);
        setAside.remove(services, id, content, logStart);
        return content;
    }

    private void list() throws IOException {
        Path folder = content.folder.path();
        List<Path> files;
        try {
            files = disk.list(folder);
            if (FoundSwaps.finish(disk, folder, files)) files = disk.list(folder);
        } catch (NoSuchFileException e) {
            return;
        }
        content.folderExists = true;
        content.gaps = CleanedMark.exists(disk, folder);
        content.firstDirty = CleanedMark.read(disk, folder);
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(SegmentNames.DELETED)) setAside.add(file);
            if (name.endsWith(SegmentNames.TEMPORARY)) disk.delete(file);
            long base = SegmentNames.baseOffset(file, SegmentNames.LOG);
            if (base >= 0) found.add(new Found(base, disk.size(file)));
        }
        found.sort((a, b) -> Long.compare(a.base, b.base));
    }

    private void lookAtBeginning(long logStart) throws IOException {
        if (found.isEmpty()) return;
        long first = found.get(0).base;
        switch (MissingBeginning.of(checkpoint, checkpointsTrusted, checkpointWithdrawn, logStart, first, setAside)) {
            case NONE -> {}
            case NEVER_PROMISED -> {
                while (!found.isEmpty()) deleteFirst();
                disk.syncDirectory(content.folder.path());
            }
            case LOST -> {
                content.startLost = true;
                alarm("offsets " + Math.max(0, logStart) + " to " + first + " of " + id + " are missing");
            }
        }
    }

    private void deleteFirst() throws IOException {
        long base = found.remove(0).base;
        for (String suffix : DeleteSegmentsTask.SUFFIXES) disk.delete(content.folder.file(base, suffix));
    }

    /**
     * The power took all that the log started at: what is left was deleted by intent. It goes on at its start as KAFKA's
     * does, because the offsets below have been given to other records.
     */
    private void beginAgainAt(long logStart) throws IOException {
        services.checkpoints().invalidateBeyond(id, Long.MIN_VALUE);
        content.segments.clear();
        content.epochs.clear();
        content.aborted = null;
        content.producers.clear(logStart);
        content.end = logStart;
        content.syncedEnd = logStart;
        content.unsyncedBytes = 0;
        if (!disk.exists(content.folder.path())) return;
        for (Path file : disk.list(content.folder.path())) {
            if (SegmentNames.isOfSegment(file)) disk.delete(file);
        }
        disk.syncDirectory(content.folder.path());
    }

    private void withoutSegments(long logStart) {
        if (checkpoint == null) return;
        if (checkpoint.position() > 0 && checkpoint.recoveryOffset() > logStart) {
            content.startLost = true;
            alarm("the segments of " + id + " below offset " + checkpoint.recoveryOffset() + " are gone");
        }
        content.end = checkpoint.recoveryOffset();
        content.syncedEnd = content.end;
        content.epochs = new EpochHistory(checkpoint.epochs(), checkpoint.epochStarts());
        content.producers.clear(content.end);
    }

    private void recover(long logStart) throws IOException {
        int start = checkpoint == null ? -1 : indexOf(checkpoint.segmentBase());
        if (start >= 0) {
            fromCheckpoint(start);
        } else if (checkpoint != null
                && checkpoint.position() == 0
                && found.get(found.size() - 1).base < checkpoint.segmentBase()) {
            // Rolled, and the new segment had no bytes yet.
            stateOf(checkpoint);
            for (int i = 0; i < found.size(); i++) addUnread(i, checkpoint.segmentBase());
            content.end = checkpoint.recoveryOffset();
            content.syncedEnd = content.end;
        } else {
            // Retention, or the start, may have gone beyond the checkpoint: then all that is left lies behind it.
            long first = Math.max(found.get(0).base, logStart);
            everything = checkpoint == null ? !checkpointsTrusted : checkpoint.recoveryOffset() > first;
            content.syncedEnd = found.get(0).base;
            scanFrom(0, 0, found.get(0).base);
        }
    }

    private int indexOf(long base) {
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i).base == base) return i;
        }
        return -1;
    }

    private void fromCheckpoint(int start) throws IOException {
        Found segment = found.get(start);
        for (int i = 0; i < start; i++) addUnread(i, found.get(i + 1).base);
        if (PlausiblePosition.of(
                checkpoint, disk, content.folder.file(segment.base, SegmentNames.LOG), segment.bytes)) {
            stateOf(checkpoint);
            content.syncedEnd = checkpoint.recoveryOffset();
            scanFrom(start, checkpoint.position(), checkpoint.recoveryOffset());
            return;
        }
        if (segment.bytes < checkpoint.position()) {
            alarm("segment " + segment.base + " of " + id + " has " + segment.bytes + " bytes, " + checkpoint.position()
                    + " were synced");
        }
        content.epochs = new EpochHistory(checkpoint.epochs(), checkpoint.epochStarts());
        content.epochs.truncateFromEnd(segment.base + 1);
        content.aborted = aborted(checkpoint);
        if (content.aborted != null) content.aborted.truncateTo(segment.base);
        List<SegmentView> before = content.segments.stream().map(Segment::view).toList();
        content.producers =
                new ProducerReplay(services, id, content.folder.path()).rebuild(before, segment.base, nowMs);
        content.syncedEnd = segment.base;
        scanFrom(start, 0, segment.base);
    }

    private void stateOf(LogCheckpoint from) throws IOException {
        content.epochs = new EpochHistory(from.epochs(), from.epochStarts());
        content.aborted = aborted(from);
        if (from.producers().length == 0) {
            content.producers.clear(from.recoveryOffset());
            return;
        }
        try {
            content.producers = ProducerStateTable.load(id, from.producers(), nowMs);
        } catch (DamagedSnapshotException e) {
            throw new IOException("checkpoint of " + id + " holds a damaged snapshot", e);
        }
    }

    private static AbortedTransactions aborted(LogCheckpoint from) {
        return from.aborted().length == 0 ? null : AbortedTransactions.decode(ByteBuffer.wrap(from.aborted()));
    }

    private void addUnread(int i, long endOffset) {
        Found segment = found.get(i);
        if (segment.bytes == 0 && !content.gaps) {
            alarm("segment " + segment.base + " of " + id + " is empty: offsets " + segment.base + " to " + endOffset
                    + " are missing");
        }
        content.segments.add(Segment.found(content.folder, segment.base, endOffset, (int) segment.bytes, nowMs));
    }

    private void scanFrom(int start, int position, long offset) throws IOException {
        long expected = offset;
        for (int i = start; i < found.size(); i++) {
            Found next = found.get(i);
            boolean first = i == start;
            if (!first && next.base != expected) {
                if (everything) {
                    alarm("offsets " + expected + " to " + next.base + " of " + id + " are missing");
                } else {
                    cutAt(i, expected);
                    return;
                }
            }
            if (!scan(i, first ? position : 0, first ? offset : next.base)) return;
            expected = content.end;
        }
    }

    /** @return whether to go on with the next segment */
    private boolean scan(int i, int position, long offset) throws IOException {
        Found file = found.get(i);
        Segment segment = Segment.found(content.folder, file.base, offset, position, nowMs);
        boolean fromCheckpoint = checkpoint != null && file.base == checkpoint.segmentBase() && position > 0;
        if (fromCheckpoint || position == 0) {
            segment.setSummary(
                    fromCheckpoint ? checkpoint.maxTimestamp() : Segment.NONE,
                    fromCheckpoint ? checkpoint.maxTimestampBatch() : Segment.NONE);
        }
        if (fromCheckpoint) {
            segment.firstTimestamp = checkpoint.firstTimestamp();
            segment.createdMs = checkpoint.createdMs();
        }
        content.segments.add(segment);
        content.end = offset;
        if (file.bytes == position) return true;
        Path path = content.folder.file(file.base, SegmentNames.LOG);
        boolean goOn = true;
        try (DiskFile disk = services.disk().open(path, OpenMode.READ_WRITE)) {
            SegmentScan scan = new SegmentScan(
                    disk, position, offset, content.gaps || config.compact(), content.epochs.epochAt(offset - 1));
            long next = i + 1 < found.size() ? found.get(i + 1).base : Long.MAX_VALUE;
            while (scan.expectedOffset() != next && scan.next()) take(segment, scan);
            content.unsyncedBytes += WrittenAgain.write(disk, position, scan.position());
            // It was cut where the next one begins, and the power took that back: see LogCuts.
            if (!scan.atEnd() && scan.expectedOffset() == next) scan.endFileHere();
            else if (!scan.atEnd()) goOn = bad(i, segment, scan, disk);
        }
        segment.settleFound();
        if (goOn && i + 1 < found.size()) seal(segment);
        return goOn;
    }

    /** The index of a segment that is not appended to belongs on disk. */
    private void seal(Segment segment) {
        ByteBuffer index = SealTask.encodeIndex(segment);
        if (index != null) {
            SmallFiles.writeIfPossible(disk, content.folder.file(segment.baseOffset, SegmentNames.INDEX), index);
        }
        segment.index = null;
    }

    private void take(Segment segment, SegmentScan scan) {
        ByteBuffer b = scan.bytes();
        int at = scan.index();
        long base = BatchHeader.baseOffset(b, at);
        long end = BatchHeader.nextOffset(b, at);
        content.epochs.assign(BatchHeader.leaderEpoch(b, at), base, content.end);
        var abortedHere = content.producers.replay(b, at, nowMs);
        if (abortedHere != null) {
            if (content.aborted == null) content.aborted = new AbortedTransactions();
            content.aborted.add(abortedHere);
        }
        segment.append(
                base, end, BatchHeader.sizeBytes(b, at), BatchHeader.newestRecord(b, at), config.indexIntervalBytes());
        content.end = end;
    }

    /** @return whether to go on with the next segment */
    private boolean bad(int i, Segment segment, SegmentScan scan, DiskFile file) throws IOException {
        boolean last = i == found.size() - 1;
        boolean more = scan.intactBatchFollows();
        if (everything && !last) {
            alarm("segment " + segment.baseOffset + " of " + id + " is damaged from offset "
                    + scan.expectedOffset() + " on; it cannot be read between there and "
                    + found.get(i + 1).base);
            segment.keepDamaged((int) scan.fileBytes(), found.get(i + 1).base);
            content.end = found.get(i + 1).base;
            return true;
        }
        if (more || anyBytesBehind(i)) {
            alarm(id + " is cut at offset " + scan.expectedOffset() + ", position "
                    + scan.position() + " of segment " + segment.baseOffset
                    + ": the batch there is damaged, and intact ones lie behind it (kept in files *" + DAMAGED
                    + ")");
            String copy = SegmentNames.LOG + "." + scan.position() + DAMAGED;
            DamagedTail.keep(
                    disk, file, scan.position(), scan.fileBytes(), content.folder.file(segment.baseOffset, copy));
        }
        FolderCut.removeBeyond(disk, content.folder.path(), segment.baseOffset, scan.expectedOffset(), true);
        scan.endFileHere();
        content.unsyncedBytes = Math.max(1, content.unsyncedBytes);
        cutAt(i + 1, scan.expectedOffset());
        return false;
    }

    private boolean anyBytesBehind(int i) {
        return found.stream().skip(i + 1).anyMatch(behind -> behind.bytes > 0);
    }

    /** Segments from here on are no part of the log, for good: it may begin behind this place when the power is back. */
    private void cutAt(int i, long offset) throws IOException {
        for (int j = i; j < found.size(); j++) {
            Path file = content.folder.file(found.get(j).base, SegmentNames.LOG);
            if (found.get(j).bytes == 0) {
                disk.delete(file);
            } else {
                disk.rename(file, file.resolveSibling(file.getFileName() + DAMAGED));
            }
            disk.delete(content.folder.file(found.get(j).base, SegmentNames.INDEX));
            disk.delete(content.folder.file(found.get(j).base, SegmentNames.SNAPSHOT));
        }
        if (i < found.size()) disk.syncDirectory(content.folder.path());
        content.end = offset;
        content.unsyncedBytes = Math.max(1, content.unsyncedBytes);
    }

    private void alarm(String what) {
        services.health().safetyAlarm(what);
    }

    private record Found(long base, long bytes) {}
}
