package io.millrace.log.batch;

import java.nio.ByteBuffer;

/**
 * The unpacked records of one batch as a run of bytes, and the variable-length integers in it.
 *
 * <p>Every read is charged against the size of the record it belongs to, so that a length inside a record can never reach
 * beyond it.
 *
 * <p>Thread: one.
 */
abstract class RecordSource implements AutoCloseable {
    private int left;

    /** The next byte; {@link BatchException} at the end. */
    abstract byte nextByte();

    abstract void skipBytes(int count);

    /** The next bytes, readable until the source is closed. */
    abstract ByteBuffer takeBytes(int count);

    /** The same bytes, in an array that is the caller's. */
    abstract byte[] copyBytes(int count);

    abstract boolean atEnd();

    @Override
    public void close() {}

    /** Starts a record: its size stands before it and is not charged. */
    final int beginRecord(int maxRecordBytes) {
        left = 10;
        int size = varint();
        if (size < 0) {
            throw BatchException.invalid("Invalid record size: " + size + " is negative.");
        }
        if (size > maxRecordBytes) {
            throw BatchException.invalid("Invalid record size: " + size
                    + " exceeds the configured maximum record size of " + maxRecordBytes + ".");
        }
        left = size;
        return size;
    }

    final int left() {
        return left;
    }

    final byte int8() {
        charge(1);
        return nextByte();
    }

    final int varint() {
        byte first = int8();
        if (first >= 0) {
            return (first >>> 1) ^ -(first & 1);
        }
        return longerVarint(first);
    }

    private int longerVarint(byte first) {
        int value = first & 0x7f;
        for (int shift = 7; shift < 35; shift += 7) {
            byte next = int8();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw BatchException.invalid("A varint of a record is longer than 5 bytes");
    }

    final long varlong() {
        byte first = int8();
        if (first >= 0) {
            return (first >>> 1) ^ -(first & 1);
        }
        long value = first & 0x7f;
        for (int shift = 7; shift < 70; shift += 7) {
            byte next = int8();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw BatchException.invalid("A varlong of a record is longer than 10 bytes");
    }

    final void skip(int count) {
        charge(count);
        skipBytes(count);
    }

    final ByteBuffer take(int count) {
        charge(count);
        return takeBytes(count);
    }

    final byte[] copy(int count) {
        charge(count);
        return copyBytes(count);
    }

    private void charge(int count) {
        if (count > left) {
            throw BatchException.invalid("A field of a record reaches " + (count - left) + " bytes beyond the record");
        }
        left -= count;
    }

    static BatchException ended() {
        return BatchException.invalid("The records end in the middle of a record");
    }
}
