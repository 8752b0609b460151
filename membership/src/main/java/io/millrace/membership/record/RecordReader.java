package io.millrace.membership.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Reads what {@link RecordWriter} writes. Every length is checked against the bytes that are left before anything is
 * allocated, so that damaged bytes cost no more memory than they have.
 *
 * <p>Thread: one.
 */
public final class RecordReader {
    private static final int[] NONE = {};
    private static final UUID[] NO_IDS = {};

    private final ByteBuffer in;

    public RecordReader(ByteBuffer in) {
        this.in = in;
    }

    public int remaining() {
        return in.remaining();
    }

    public int u8() {
        need(1);
        return in.get() & 0xFF;
    }

    public boolean bool() {
        int value = u8();
        if (value > 1) {
            throw new RecordCodecException("a boolean has the value " + value);
        }
        return value == 1;
    }

    public long number() {
        long value = unsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    public int int32() {
        long value = number();
        if (value != (int) value) {
            throw new RecordCodecException("the number " + value + " does not fit 32 bits");
        }
        return (int) value;
    }

    private long unsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new RecordCodecException("a number has more than 64 bits");
    }

    /** A count of items of at least {@code itemBytes} each. */
    public int count(int itemBytes) {
        long value = unsigned();
        if (value < 0 || value * itemBytes > in.remaining() || value > in.remaining()) {
            throw new RecordCodecException("a count of " + value + " exceeds the " + in.remaining() + " bytes left");
        }
        return (int) value;
    }

    public UUID id() {
        need(16);
        return new UUID(in.getLong(), in.getLong());
    }

    public String text() {
        byte[] bytes = new byte[count(1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public String nullableText() {
        return bool() ? text() : null;
    }

    public int[] numbers() {
        int count = count(1);
        if (count == 0) {
            return NONE;
        }
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = int32();
        }
        return values;
    }

    public UUID[] ids() {
        int count = count(16);
        if (count == 0) {
            return NO_IDS;
        }
        UUID[] values = new UUID[count];
        for (int i = 0; i < count; i++) {
            values[i] = id();
        }
        return values;
    }

    private void need(int bytes) {
        if (in.remaining() < bytes) {
            throw new RecordCodecException("the record ends " + (bytes - in.remaining()) + " bytes early");
        }
    }
}
