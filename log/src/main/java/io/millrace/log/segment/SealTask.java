package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.LaneTask;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Ends a segment: writes its index, and the producers as they are where the next one starts. Both can be rebuilt.
 *
 * <p>Thread: as {@link LaneTask}.
 */
final class SealTask extends LaneTask {
    /** As many segments from the end have a snapshot, for truncations. */
    static final int SNAPSHOTS = 3;

    private final SegmentedLog log;
    private final Segment segment;
    private final long generation;
    private final long endOffset;
    private final ByteBuffer index;
    private final byte[] producers;
    private final long oldSnapshot;
    private boolean dropped;

    /** To be made when all of the segment's appends have been submitted. */
    SealTask(SegmentedLog log, Segment segment, long generation) {
        super(log.lane());
        this.log = log;
        this.segment = segment;
        this.generation = generation;
        this.endOffset = segment.endOffset;
        this.index = encodeIndex(segment);
        this.producers = log.producers.isEmpty() ? null : log.producers.snapshot(endOffset);
        int old = log.segments.count() - SNAPSHOTS;
        this.oldSnapshot = old >= 0 ? log.segments.get(old).baseOffset : -1;
    }

    /** Null when the index in memory does not reach back to the segment's start, or its newest timestamp was cut off. */
    static ByteBuffer encodeIndex(Segment segment) {
        if (segment.index == null || segment.index.fromPosition() > 0 || !segment.summaryKnown) return null;
        return IndexFile.encode(
                segment.baseOffset,
                new LoadedIndex(
                        segment.index,
                        segment.sizeBytes,
                        segment.endOffset,
                        segment.maxTimestamp,
                        segment.maxTimestampBatch));
    }

    @Override
    protected void onWriter() throws IOException {
        dropped = lane().isDropped(generation);
        if (dropped || log.services.health().isOffline()) return;
        Disk disk = log.services.disk();
        if (index != null) {
            SmallFiles.writeIfPossible(disk, log.folder.file(segment.baseOffset, SegmentNames.INDEX), index);
        }
        if (producers != null) {
            SmallFiles.writeIfPossible(
                    disk, log.folder.file(endOffset, SegmentNames.SNAPSHOT), ByteBuffer.wrap(producers));
        }
        if (oldSnapshot >= 0) disk.delete(log.folder.file(oldSnapshot, SegmentNames.SNAPSHOT));
    }

    /** The index is on disk: memory is for the active segment only. */
    @Override
    protected void onOwner(IOException failure) {
        if (!dropped && failure == null && segment != log.segments.active()) segment.index = null;
    }
}
