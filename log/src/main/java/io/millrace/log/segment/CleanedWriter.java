package io.millrace.log.segment;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes what stays of some segments into one new file, and its index into memory. Thread: one, of those that compact.
 */
final class CleanedWriter implements AutoCloseable {
    private final BatchReader.Meter meter;
    private final ByteBuffer buffer;
    private final DiskFile file;
    private final long baseOffset;
    private final SparseIndex index;
    private long flushed;
    private int size;
    private long end;
    private long max = Segment.NONE;
    private long maxBatch = Segment.NONE;
    private long first = Segment.NONE;

    /** @param buffer lent for as long as this one is used */
    CleanedWriter(Disk disk, Path path, long baseOffset, ByteBuffer buffer, BatchReader.Meter meter)
            throws IOException {
        this.baseOffset = baseOffset;
        this.end = baseOffset;
        this.buffer = buffer.clear();
        this.meter = meter;
        this.index = new SparseIndex(baseOffset, SegmentIndexes.REBUILD_INTERVAL_BYTES, baseOffset, 0, Segment.NONE);
        this.file = disk.open(path, OpenMode.CREATE);
        file.truncate(0);
    }

    void add(ByteBuffer b, int at) throws IOException {
        int bytes = BatchHeader.sizeBytes(b, at);
        long base = BatchHeader.baseOffset(b, at);
        long timestamp = BatchHeader.newestRecord(b, at);
        index.add(base, size, max);
        if (size == 0) first = timestamp;
        if (timestamp > max) {
            max = timestamp;
            maxBatch = base;
        }
        end = BatchHeader.nextOffset(b, at);
        ByteBuffer batch = b.duplicate().limit(at + bytes).position(at);
        if (bytes > buffer.remaining()) flush();
        if (bytes > buffer.capacity()) {
            write(batch);
        } else {
            buffer.put(batch);
        }
        size += bytes;
    }

    private void flush() throws IOException {
        write(buffer.flip());
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (count == 0) return;
        file.writeFully(bytes, flushed);
        flushed += count;
        meter.moved(count);
    }

    /** Durable when it returns. */
    LoadedIndex finish() throws IOException {
        flush();
        file.sync();
        return new LoadedIndex(index, size, end, max, maxBatch);
    }

    int sizeBytes() {
        return size;
    }

    long firstTimestamp() {
        return first;
    }

    long baseOffset() {
        return baseOffset;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
