package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes from batch to batch through a file, reading the headers only. Small batches are read many at a time, large ones
 * skipped over.
 *
 * <p>Stops at the first header that cannot be one; whether the bytes behind it are intact is not its business.
 *
 * <p>Thread: one at a time, on a pool; on the owner for what is in memory.
 */
final class HeaderWalk {
    private static final int LARGE_WINDOW_BYTES = 32 << 10;
    private static final int SMALL_BATCH_BYTES = 4 << 10;
    private static final ThreadLocal<ByteBuffer> WINDOW =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(LARGE_WINDOW_BYTES));

    private final SegmentFile file;
    private final long endPosition;
    private final ByteBuffer window = WINDOW.get();
    private long windowStart;
    private int windowBytes;
    private long position;
    private long nextPosition;
    private int at;
    private int lastSize = SMALL_BATCH_BYTES;

    HeaderWalk(SegmentFile file, long fromPosition, long endPosition) {
        this.file = file;
        this.nextPosition = fromPosition;
        this.endPosition = endPosition;
    }

    /** Moves to the next batch that is whole within the end; false when there is none. */
    boolean next() throws IOException {
        position = nextPosition;
        if (position + BatchHeader.SIZE_BYTES > endPosition) return false;
        if (position < windowStart || position + BatchHeader.SIZE_BYTES > windowStart + windowBytes) {
            if (!fill()) return false;
        }
        at = (int) (position - windowStart);
        int length = BatchHeader.length(window, at);
        if (length < BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES
                || length > endPosition - position - BatchHeader.LOG_OVERHEAD_BYTES
                || BatchHeader.magic(window, at) != BatchHeader.MAGIC
                || BatchHeader.lastOffsetDelta(window, at) < 0) {
            return false;
        }
        lastSize = BatchHeader.sizeBytes(window, at);
        nextPosition = position + lastSize;
        return true;
    }

    private boolean fill() throws IOException {
        int wanted = lastSize <= SMALL_BATCH_BYTES ? LARGE_WINDOW_BYTES : BatchHeader.SIZE_BYTES;
        window.clear().limit((int) Math.min(wanted, endPosition - position));
        windowStart = position;
        while (window.position() < BatchHeader.SIZE_BYTES) {
            if (file.read(window, position + window.position()) <= 0) return false;
        }
        windowBytes = window.position();
        return true;
    }

    long position() {
        return position;
    }

    int sizeBytes() {
        return lastSize;
    }

    /** Where the next batch starts. */
    long nextPosition() {
        return nextPosition;
    }

    long baseOffset() {
        return BatchHeader.baseOffset(window, at);
    }

    long nextOffset() {
        return BatchHeader.nextOffset(window, at);
    }

    /** Of its records: a batch that compaction has emptied has none. */
    long maxTimestamp() {
        return BatchHeader.newestRecord(window, at);
    }

    int leaderEpoch() {
        return BatchHeader.leaderEpoch(window, at);
    }

    /** The header's bytes, valid until the next step. */
    ByteBuffer header() {
        return window;
    }

    int headerIndex() {
        return at;
    }
}
