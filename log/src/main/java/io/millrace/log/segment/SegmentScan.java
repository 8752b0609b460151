package io.millrace.log.segment;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes through a segment's file batch by batch, checking everything that a torn or damaged file could get wrong: the
 * length, the magic, the checksum, and that offsets follow one another.
 *
 * <p>Thread: one, on the read pool.
 */
final class SegmentScan {
    private static final int CHUNK_BYTES = 1 << 20;
    /** How far behind a bad batch an intact one is looked for. */
    private static final int SEARCH_BYTES = 1 << 20;

    private static final ThreadLocal<ByteBuffer> CHUNK =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(CHUNK_BYTES));

    private final DiskFile file;
    private final long fileBytes;
    private final boolean gapsAllowed;
    private ByteBuffer chunk = CHUNK.get();
    private long chunkStart;
    private int chunkBytes;
    private long position;
    private long expectedOffset;
    private int leastEpoch;
    private int at;

    /**
     * @param gapsAllowed in compacted logs offsets may be missing
     * @param leastEpoch of the batches before; an older one is what a lost truncation has left behind
     */
    SegmentScan(DiskFile file, long position, long expectedOffset, boolean gapsAllowed, int leastEpoch)
            throws IOException {
        this.file = file;
        this.fileBytes = file.size();
        this.position = position;
        this.expectedOffset = expectedOffset;
        this.gapsAllowed = gapsAllowed;
        this.leastEpoch = leastEpoch;
    }

    /** The next batch is in {@link #bytes} at {@link #index}; false at the end and at the first bad one. */
    boolean next() throws IOException {
        if (!isBatch(position, expectedOffset, gapsAllowed)) return false;
        at = (int) (position - chunkStart);
        if (BatchHeader.leaderEpoch(chunk, at) < leastEpoch) return false;
        leastEpoch = BatchHeader.leaderEpoch(chunk, at);
        position += BatchHeader.sizeBytes(chunk, at);
        expectedOffset = BatchHeader.nextOffset(chunk, at);
        return true;
    }

    private boolean isBatch(long from, long expected, boolean orLater) throws IOException {
        if (from + BatchHeader.SIZE_BYTES > fileBytes || !load(from, BatchHeader.SIZE_BYTES)) return false;
        int i = (int) (from - chunkStart);
        long base = BatchHeader.baseOffset(chunk, i);
        int length = BatchHeader.length(chunk, i);
        if (BatchHeader.magic(chunk, i) != BatchHeader.MAGIC
                || length < BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES
                || length > fileBytes - from - BatchHeader.LOG_OVERHEAD_BYTES
                || (orLater ? base < expected : base != expected)
                || BatchHeader.lastOffsetDelta(chunk, i) < 0) {
            return false;
        }
        if (!load(from, length + BatchHeader.LOG_OVERHEAD_BYTES)) return false;
        return BatchHeader.isIntact(chunk, (int) (from - chunkStart));
    }

    /** Makes {@code bytes} from a position on available in the chunk. */
    private boolean load(long from, int bytes) throws IOException {
        if (from >= chunkStart && from + bytes <= chunkStart + chunkBytes) return true;
        if (bytes > chunk.capacity()) chunk = ByteBuffer.allocate(bytes);
        chunk.clear();
        chunkStart = from;
        chunkBytes = 0;
        while (chunk.hasRemaining()) {
            int n = file.read(chunk, from + chunk.position());
            if (n <= 0) break;
        }
        chunkBytes = chunk.position();
        chunk.clear();
        return chunkBytes >= bytes;
    }

    /** Whether an intact batch of a later offset lies behind the place where {@link #next} stopped. */
    boolean intactBatchFollows() throws IOException {
        long end = Math.min(fileBytes - BatchHeader.SIZE_BYTES, position + SEARCH_BYTES);
        for (long from = position + 1; from <= end; from++) {
            if (!load(from, BatchHeader.SIZE_BYTES)) return false;
            int i = (int) (from - chunkStart);
            if (chunk.get(i + BATCH_MAGIC_AT) != BatchHeader.MAGIC) continue;
            long base = BatchHeader.baseOffset(chunk, i);
            if (base < expectedOffset || base - expectedOffset > Integer.MAX_VALUE) continue;
            if (isBatch(from, expectedOffset, true)) return true;
        }
        return false;
    }

    private static final int BATCH_MAGIC_AT = 16;

    ByteBuffer bytes() {
        return chunk;
    }

    int index() {
        return at;
    }

    /** Behind the last good batch. */
    long position() {
        return position;
    }

    long expectedOffset() {
        return expectedOffset;
    }

    /** Cuts the file here, for good: what comes next must not stand beside what was here. */
    void endFileHere() throws IOException {
        file.truncate(position);
        file.sync();
    }

    boolean atEnd() {
        return position == fileBytes;
    }

    long fileBytes() {
        return fileBytes;
    }
}
