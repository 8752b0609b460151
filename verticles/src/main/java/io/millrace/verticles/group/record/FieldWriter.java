package io.millrace.verticles.group.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.Uuid;

/**
 * Writes Kafka's field encodings into a growing array.
 *
 * <p>Thread: one.
 */
final class FieldWriter {
    private static final int FIRST_SIZE = 64;

    private byte[] out = new byte[FIRST_SIZE];
    private int size;

    FieldWriter int8(int value) {
        room(1);
        out[size++] = (byte) value;
        return this;
    }

    FieldWriter int16(int value) {
        return int8(value >> 8).int8(value);
    }

    FieldWriter int32(int value) {
        return int16(value >> 16).int16(value);
    }

    FieldWriter int64(long value) {
        return int32((int) (value >> 32)).int32((int) value);
    }

    FieldWriter uuid(Uuid value) {
        return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
    }

    /** A string or null with a two-byte length. */
    FieldWriter string(String value) {
        if (value == null) {
            return int16(-1);
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a string of " + bytes.length + " bytes");
        }
        return int16(bytes.length).raw(bytes);
    }

    FieldWriter compactString(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return unsignedVarint(bytes.length + 1).raw(bytes);
    }

    FieldWriter bytes(byte[] value) {
        return int32(value.length).raw(value);
    }

    FieldWriter unsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            int8(rest | 0x80);
            rest >>>= 7;
        }
        return int8(rest);
    }

    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    private FieldWriter raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, size, bytes.length);
        size += bytes.length;
        return this;
    }

    private void room(int more) {
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
    }
}
