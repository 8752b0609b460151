package io.millrace.log.batch;

import java.nio.ByteBuffer;

/**
 * Records that are not packed, read where they lie.
 *
 * <p>Thread: one.
 */
final class BufferSource extends RecordSource {
    private final ByteBuffer bytes;
    private final int end;
    private int next;

    BufferSource(ByteBuffer bytes, int from, int end) {
        this.bytes = bytes;
        this.next = from;
        this.end = end;
    }

    @Override
    byte nextByte() {
        if (next >= end) {
            throw ended();
        }
        return bytes.get(next++);
    }

    @Override
    void skipBytes(int count) {
        if (count > end - next) {
            throw ended();
        }
        next += count;
    }

    @Override
    ByteBuffer takeBytes(int count) {
        int from = next;
        skipBytes(count);
        return bytes.slice(from, count);
    }

    @Override
    byte[] copyBytes(int count) {
        int from = next;
        skipBytes(count);
        byte[] copy = new byte[count];
        bytes.get(from, copy);
        return copy;
    }

    @Override
    boolean atEnd() {
        return next >= end;
    }
}
