package io.millrace.membership.record;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Writes the fields of a record: zigzag varints for numbers, length-prefixed UTF-8, counted arrays, 16-byte ids.
 *
 * <p>Thread: one.
 */
public final class RecordWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

    public byte[] toBytes() {
        return out.toByteArray();
    }

    public void u8(int value) {
        out.write(value);
    }

    public void count(int value) {
        unsigned(Integer.toUnsignedLong(value));
    }

    public void number(long value) {
        unsigned((value << 1) ^ (value >> 63));
    }

    private void unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    public void bool(boolean value) {
        out.write(value ? 1 : 0);
    }

    public void id(UUID value) {
        big(value.getMostSignificantBits());
        big(value.getLeastSignificantBits());
    }

    private void big(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
    }

    public void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        count(bytes.length);
        out.write(bytes, 0, bytes.length);
    }

    public void nullableText(String value) {
        bool(value != null);
        if (value != null) {
            text(value);
        }
    }

    public void numbers(int[] values) {
        count(values.length);
        for (int value : values) {
            number(value);
        }
    }

    public void ids(UUID[] values) {
        count(values.length);
        for (UUID value : values) {
            id(value);
        }
    }

    public void ids(List<UUID> values) {
        ids(values.toArray(new UUID[0]));
    }
}
