package io.millrace.log.batch;

import io.millrace.log.AppendError;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A growing array with the variable-length integers of records.
 *
 * <p>Thread: one.
 */
final class RecordOutput extends OutputStream {
    private final int maxBytes;
    private byte[] bytes;
    private int size;

    /** @param maxBytes what it may grow to; more is {@link BatchException} with MESSAGE_TOO_LARGE */
    RecordOutput(int initialBytes, int maxBytes) {
        this(new byte[initialBytes], maxBytes);
    }

    /** Writes into this array as long as there is room in it. */
    RecordOutput(byte[] room, int maxBytes) {
        this.bytes = room;
        this.maxBytes = maxBytes;
    }

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    void clear() {
        size = 0;
    }

    /** Leaves room that is filled in later. */
    void advance(int count) {
        room(count);
        size += count;
    }

    @Override
    public void write(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int from, int count) {
        room(count);
        System.arraycopy(source, from, bytes, size, count);
        size += count;
    }

    void write(ByteBuffer source) {
        int count = source.remaining();
        room(count);
        source.get(source.position(), bytes, size, count);
        size += count;
    }

    void varint(int value) {
        room(varintBytes(value));
        int left = (value << 1) ^ (value >> 31);
        while ((left & ~0x7f) != 0) {
            bytes[size++] = (byte) ((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    void varlong(long value) {
        room(varlongBytes(value));
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7fL) != 0) {
            bytes[size++] = (byte) ((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    /** What {@link #varint} takes for a value. */
    static int varintBytes(int value) {
        return varlongBytes(value);
    }

    /** What {@link #varlong} takes for a value. */
    static int varlongBytes(long value) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros((value << 1) ^ (value >> 63) | 1);
        return (bits + 6) / 7;
    }

    private void room(int count) {
        long needed = (long) size + count;
        if (needed > maxBytes) {
            throw new BatchException(
                    AppendError.MESSAGE_TOO_LARGE,
                    "The batch grows to " + needed + " bytes, more than the allowed " + maxBytes);
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(needed, bytes.length * 2L)));
        }
    }
}
