package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.batch.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a segment from its start, batch by batch, each whole and checked, through one buffer that grows only for a batch
 * larger than it.
 *
 * <p>Thread: one, of those that compact.
 */
final class BatchReader {
    /** Told of every read. */
    interface Meter {
        void moved(long bytes) throws IOException;
    }

    private final Meter meter;
    private ByteBuffer buffer;
    private SegmentView segment;
    private SegmentFile file;
    private long bufferStart;
    private long position;
    private int at;
    private int sizeBytes;

    BatchReader(int bufferBytes, Meter meter) {
        this.buffer = ByteBuffer.allocate(Math.max(bufferBytes, BatchHeader.SIZE_BYTES));
        this.meter = meter;
    }

    void open(SegmentView view, SegmentFile opened) {
        segment = view;
        file = opened;
        bufferStart = 0;
        position = 0;
        sizeBytes = 0;
        buffer.clear().limit(0);
    }

    /**
     * Moves to the next batch; false behind the last.
     *
     * @throws DamagedSegmentException when there should be one and is not
     */
    boolean next() throws IOException {
        position += sizeBytes;
        sizeBytes = 0;
        if (position == segment.bytes()) return false;
        if (!has(BatchHeader.SIZE_BYTES)) throw damaged();
        at = (int) (position - bufferStart);
        int length = BatchHeader.length(buffer, at);
        if (length < BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES
                || length > segment.bytes() - position - BatchHeader.LOG_OVERHEAD_BYTES
                || BatchHeader.magic(buffer, at) != BatchHeader.MAGIC
                || BatchHeader.lastOffsetDelta(buffer, at) < 0) {
            throw damaged();
        }
        sizeBytes = length + BatchHeader.LOG_OVERHEAD_BYTES;
        if (!has(sizeBytes)) throw damaged();
        at = (int) (position - bufferStart);
        if (!BatchHeader.isIntact(buffer, at)) throw damaged();
        return true;
    }

    private boolean has(int bytes) throws IOException {
        if (position + bytes <= bufferStart + buffer.limit()) return true;
        if (position + bytes > segment.bytes()) return false;
        if (bytes > buffer.capacity()) buffer = ByteBuffer.allocate(bytes);
        buffer.clear().limit((int) Math.min(buffer.capacity(), segment.bytes() - position));
        bufferStart = position;
        while (buffer.hasRemaining()) {
            if (file.read(buffer, position + buffer.position()) <= 0) break;
        }
        buffer.flip();
        meter.moved(buffer.limit());
        return buffer.limit() >= bytes;
    }

    private DamagedSegmentException damaged() {
        return new DamagedSegmentException("no intact batch at position " + position + " of " + segment.path());
    }

    /** Holds the batch at {@link #index}, until the next step. */
    ByteBuffer bytes() {
        return buffer;
    }

    int index() {
        return at;
    }

    int sizeBytes() {
        return sizeBytes;
    }
}
