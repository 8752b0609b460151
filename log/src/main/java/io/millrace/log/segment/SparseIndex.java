package io.millrace.log.segment;

import java.util.Arrays;

/**
 * Where some of a segment's batches start: offset to position, and the largest timestamp of all batches before that, so
 * that one array serves lookups by offset and by time. An entry per {@code intervalBytes}; when {@link #MAX_ENTRIES} are
 * reached every other one is dropped and the interval doubled, so that a segment's index never exceeds 128 KiB and a
 * lookup is followed by a walk over at most some hundred KiB of headers.
 *
 * <p>Covers the file from {@link #fromPosition} on; the first entry is always there.
 *
 * <p>Thread: the owner's while the segment is appended to; any once it is sealed or was read from a file.
 */
public final class SparseIndex {
    static final int MAX_ENTRIES = 8192;
    private static final int INITIAL_ENTRIES = 4;

    private final long baseOffset;
    private int intervalBytes;
    private int count;
    private int[] relativeOffsets;
    private int[] positions;
    private long[] maxTimestampsBefore;

    /** An index whose first entry is the batch at {@code fromPosition}, which starts at {@code fromOffset}. */
    public SparseIndex(long baseOffset, int intervalBytes, long fromOffset, int fromPosition, long maxTimestampBefore) {
        this.baseOffset = baseOffset;
        this.intervalBytes = Math.max(1, intervalBytes);
        this.relativeOffsets = new int[INITIAL_ENTRIES];
        this.positions = new int[INITIAL_ENTRIES];
        this.maxTimestampsBefore = new long[INITIAL_ENTRIES];
        put(fromOffset, fromPosition, maxTimestampBefore);
    }

    private SparseIndex(
            long baseOffset, int intervalBytes, int[] relativeOffsets, int[] positions, long[] maxTimestampsBefore) {
        this.baseOffset = baseOffset;
        this.intervalBytes = intervalBytes;
        this.count = positions.length;
        this.relativeOffsets = relativeOffsets;
        this.positions = positions;
        this.maxTimestampsBefore = maxTimestampsBefore;
    }

    static SparseIndex of(
            long baseOffset, int intervalBytes, int[] relativeOffsets, int[] positions, long[] maxTimestampsBefore) {
        return new SparseIndex(baseOffset, intervalBytes, relativeOffsets, positions, maxTimestampsBefore);
    }

    /** Notes the batch that starts at {@code position} when the last entry is far enough behind. */
    public void add(long offset, int position, long maxTimestampBefore) {
        if (position - positions[count - 1] < intervalBytes) return;
        if (count == MAX_ENTRIES) {
            thin();
            if (position - positions[count - 1] < intervalBytes) return;
        }
        put(offset, position, maxTimestampBefore);
    }

    private void put(long offset, int position, long maxTimestampBefore) {
        if (count == positions.length) {
            int size = Math.min(MAX_ENTRIES, count * 2);
            relativeOffsets = Arrays.copyOf(relativeOffsets, size);
            positions = Arrays.copyOf(positions, size);
            maxTimestampsBefore = Arrays.copyOf(maxTimestampsBefore, size);
        }
        relativeOffsets[count] = (int) (offset - baseOffset);
        positions[count] = position;
        maxTimestampsBefore[count] = maxTimestampBefore;
        count++;
    }

    private void thin() {
        int kept = 0;
        for (int i = 0; i < count; i += 2) {
            relativeOffsets[kept] = relativeOffsets[i];
            positions[kept] = positions[i];
            maxTimestampsBefore[kept] = maxTimestampsBefore[i];
            kept++;
        }
        count = kept;
        intervalBytes *= 2;
    }

    /** Forgets everything at or beyond a position; what is left covers nothing when that is before the first entry. */
    void truncate(int position) {
        while (count > 1 && positions[count - 1] >= position) count--;
    }

    public int count() {
        return count;
    }

    int intervalBytes() {
        return intervalBytes;
    }

    int fromPosition() {
        return positions[0];
    }

    long offset(int entry) {
        return baseOffset + relativeOffsets[entry];
    }

    int position(int entry) {
        return positions[entry];
    }

    long maxTimestampBefore(int entry) {
        return maxTimestampsBefore[entry];
    }

    /** The last entry at or below the offset; -1 when the index starts above it. */
    int floorOffset(long offset) {
        int low = 0;
        int high = count - 1;
        int found = -1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (offset(mid) <= offset) {
                found = mid;
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return found;
    }

    /** The last entry that starts at or before the position; -1 when the index starts behind it. */
    int floorPosition(long position) {
        int low = 0;
        int high = count - 1;
        int found = -1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (positions[mid] <= position) {
                found = mid;
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return found;
    }

    /** The last entry before which every timestamp is below {@code timestamp}; 0 when none is known. */
    int floorTimestamp(long timestamp) {
        int low = 1;
        int high = count - 1;
        int found = 0;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (maxTimestampsBefore[mid] < timestamp) {
                found = mid;
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return found;
    }

    int heapBytes() {
        return 64 + positions.length * 16;
    }
}
