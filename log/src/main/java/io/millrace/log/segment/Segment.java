package io.millrace.log.segment;

import io.millrace.log.compact.SegmentFacts;
import io.millrace.log.io.AppendTask;

/**
 * One segment as its log sees it: {@code baseOffset <= offsets < endOffset} in one file of {@code sizeBytes}, of which
 * {@code writtenBytes} are there already. The sparse index is in memory while the segment is appended to; of a segment
 * from before a restart it covers only what came since.
 *
 * <p>Thread: the owner's.
 */
final class Segment {
    static final long NONE = -1;
    /** The size of an entry of Kafka's offset index, by which {@code segment.index.bytes} is meant. */
    private static final int KAFKA_ENTRY_BYTES = 8;

    final long baseOffset;
    final SegmentTarget target;
    long endOffset;
    int sizeBytes;
    int writtenBytes;
    /** The file was cut and that is not synced: nothing may be appended behind the cut. */
    boolean endsUnsynced;
    /** Null for a sealed segment and for one without appends since the restart. */
    SparseIndex index;
    /** False for a segment from before a restart whose index file has not been read yet. */
    boolean summaryKnown;

    long maxTimestamp = NONE;
    long maxTimestampBatch = NONE;
    private long writtenMaxTimestamp = NONE;
    private long writtenMaxTimestampBatch = NONE;
    private long writtenEnd;
    long firstTimestamp = NONE;
    /** False for a segment from before a restart whose first batch has not been looked at. */
    boolean firstTimestampKnown;

    long createdMs;
    private int countedEntries;
    private int countedPosition;

    private Segment(long baseOffset, SegmentTarget target) {
        this.baseOffset = baseOffset;
        this.target = target;
        this.endOffset = baseOffset;
        this.writtenEnd = baseOffset;
    }

    /** A segment without a file yet. */
    static Segment begin(PartitionFolder folder, long baseOffset, long nowMs) {
        Segment segment = new Segment(baseOffset, new SegmentTarget(folder, baseOffset));
        segment.createdMs = nowMs;
        segment.summaryKnown = true;
        segment.firstTimestampKnown = true;
        return segment;
    }

    /** A segment that was found on disk. */
    static Segment found(PartitionFolder folder, long baseOffset, long endOffset, int sizeBytes, long nowMs) {
        Segment segment = new Segment(baseOffset, new SegmentTarget(folder, baseOffset, sizeBytes));
        segment.endOffset = endOffset;
        segment.sizeBytes = sizeBytes;
        segment.writtenBytes = sizeBytes;
        segment.writtenEnd = endOffset;
        segment.createdMs = nowMs;
        return segment;
    }

    /** A segment that compaction has written; its file is not at its place yet. */
    static Segment cleaned(
            SegmentTarget target,
            long baseOffset,
            long endOffset,
            LoadedIndex index,
            long firstTimestamp,
            long createdMs) {
        Segment segment = new Segment(baseOffset, target);
        segment.endOffset = endOffset;
        segment.sizeBytes = index.coveredBytes();
        segment.writtenBytes = segment.sizeBytes;
        segment.writtenEnd = endOffset;
        segment.firstTimestamp = firstTimestamp;
        segment.firstTimestampKnown = true;
        segment.createdMs = createdMs;
        segment.setSummary(index.maxTimestamp(), index.maxTimestampBatch());
        return segment;
    }

    SegmentFacts facts() {
        return new SegmentFacts(baseOffset, endOffset, sizeBytes, maxTimestamp, firstTimestamp);
    }

    /** Recovery has taken in what is in the file. */
    void settleFound() {
        writtenBytes = sizeBytes;
        writtenEnd = endOffset;
        writtenMaxTimestamp = maxTimestamp;
        writtenMaxTimestampBatch = maxTimestampBatch;
        target.foundBytes(sizeBytes);
    }

    /** A sealed segment whose damage stays where it is; its bytes count, reads of it fail there. */
    void keepDamaged(int fileBytes, long nextBase) {
        sizeBytes = fileBytes;
        endOffset = nextBase;
        summaryKnown = true;
        index = null;
    }

    void setSummary(long timestamp, long batch) {
        summaryKnown = true;
        maxTimestamp = timestamp;
        maxTimestampBatch = batch;
        writtenMaxTimestamp = timestamp;
        writtenMaxTimestampBatch = batch;
    }

    /** Takes in one batch at the end; the caller writes it. */
    void append(long batchBase, long batchEnd, int bytes, long timestamp, int intervalBytes) {
        if (index == null) {
            index = new SparseIndex(baseOffset, intervalBytes, batchBase, sizeBytes, maxTimestamp);
        } else {
            index.add(batchBase, sizeBytes, maxTimestamp);
        }
        if (sizeBytes == 0) firstTimestamp = timestamp;
        if (sizeBytes - countedPosition > intervalBytes) {
            countedEntries++;
            countedPosition = sizeBytes;
        }
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampBatch = batchBase;
        }
        sizeBytes += bytes;
        endOffset = batchEnd;
    }

    void written(AppendTask task) {
        writtenBytes = (int) (task.position() + task.sizeBytes());
        writtenEnd = task.endOffset();
        if (task.maxTimestamp() > writtenMaxTimestamp) {
            writtenMaxTimestamp = task.maxTimestamp();
            writtenMaxTimestampBatch = task.maxTimestampOffset();
        }
    }

    /** The file was cut. */
    void cutTo(int bytes, long end) {
        if (index != null) {
            if (index.fromPosition() >= bytes) {
                index = null;
            } else {
                index.truncate(bytes);
            }
        }
        sizeBytes = bytes;
        writtenBytes = bytes;
        endOffset = end;
        writtenEnd = end;
        summaryKnown = false;
        if (bytes == 0) firstTimestamp = NONE;
    }

    /** What lies beyond the written bytes was never written: back to there. */
    void cutBackToWritten(long writtenEnd) {
        if (index != null) {
            if (index.fromPosition() >= writtenBytes) {
                index = null;
            } else {
                index.truncate(writtenBytes);
            }
        }
        sizeBytes = writtenBytes;
        endOffset = writtenEnd;
        maxTimestamp = writtenMaxTimestamp;
        maxTimestampBatch = writtenMaxTimestampBatch;
        if (sizeBytes == 0) firstTimestamp = NONE;
    }

    boolean isFull(int moreBytes, long lastOffset, int segmentBytes, int segmentIndexBytes) {
        return sizeBytes > 0
                && ((long) sizeBytes + moreBytes > segmentBytes
                        || lastOffset - baseOffset > Integer.MAX_VALUE
                        || (long) (countedEntries + 1) * KAFKA_ENTRY_BYTES > segmentIndexBytes);
    }

    /** KAFKA: waited since the first batch's timestamp, by the timestamp of the batch that would come next. */
    boolean isOld(long batchTimestamp, long nowMs, long rollMs) {
        if (sizeBytes == 0) return false;
        long waited = firstTimestamp >= 0 && batchTimestamp >= 0 ? batchTimestamp - firstTimestamp : nowMs - createdMs;
        return waited > rollMs;
    }

    /** What readers on other threads may know: only what is written. */
    SegmentView view() {
        return new SegmentView(
                target,
                baseOffset,
                writtenEnd,
                writtenBytes,
                summaryKnown ? writtenMaxTimestamp : SegmentView.UNKNOWN,
                summaryKnown ? writtenMaxTimestampBatch : SegmentView.UNKNOWN);
    }
}
