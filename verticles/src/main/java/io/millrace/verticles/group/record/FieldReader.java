package io.millrace.verticles.group.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;

/**
 * Reads Kafka's field encodings from a record's key or value; every length is checked against what is left.
 *
 * <p>Thread: one.
 */
final class FieldReader {
    private static final int VARINT_MAX_BITS = 28;
    private static final int NULL = -1;

    private final ByteBuffer in;
    private boolean flexible;

    FieldReader(ByteBuffer in) {
        this.in = in.slice();
    }

    /** From here on strings, arrays and bytes have compact lengths. */
    void flexible(boolean on) {
        flexible = on;
    }

    short int16() throws BadRecordException {
        need(Short.BYTES);
        return in.getShort();
    }

    int int32() throws BadRecordException {
        need(Integer.BYTES);
        return in.getInt();
    }

    long int64() throws BadRecordException {
        need(Long.BYTES);
        return in.getLong();
    }

    Uuid uuid() throws BadRecordException {
        return new Uuid(int64(), int64());
    }

    String string() throws BadRecordException {
        String text = nullableString();
        if (text == null) {
            throw new BadRecordException("a string is null");
        }
        return text;
    }

    String nullableString() throws BadRecordException {
        byte[] bytes = take(flexible ? unsignedVarint() - 1 : int16());
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    byte[] bytes() throws BadRecordException {
        byte[] bytes = take(length());
        if (bytes == null) {
            throw new BadRecordException("a byte field is null");
        }
        return bytes;
    }

    /** The element count of an array whose elements take at least so many bytes. */
    int count(int leastElementBytes) throws BadRecordException {
        int count = length();
        if (count < 0 || (long) count * leastElementBytes > in.remaining()) {
            throw new BadRecordException(count + " elements in " + in.remaining() + " bytes");
        }
        return count;
    }

    int unsignedVarint() throws BadRecordException {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            need(1);
            byte b = in.get();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
            if (shift == VARINT_MAX_BITS) {
                throw new BadRecordException("a varint is longer than 5 bytes");
            }
        }
    }

    /** What a tag of a flexible structure holds. */
    interface Tag {
        /** Reads the field of this tag; a tag that it does not know is left alone. */
        void read(int tag, FieldReader field) throws BadRecordException;
    }

    /** Reads the tagged fields that end a flexible structure. */
    void tags(Tag known) throws BadRecordException {
        int count = unsignedVarint();
        for (int i = 0; i < count; i++) {
            int tag = unsignedVarint();
            int size = unsignedVarint();
            need(size);
            FieldReader field = new FieldReader(in.slice().limit(size));
            field.flexible(true);
            known.read(tag, field);
            in.position(in.position() + size);
        }
    }

    private int length() throws BadRecordException {
        return flexible ? unsignedVarint() - 1 : int32();
    }

    private byte[] take(int length) throws BadRecordException {
        if (length == NULL) {
            return null;
        }
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private void need(int bytes) throws BadRecordException {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new BadRecordException("a field of " + bytes + " bytes in " + in.remaining() + " bytes");
        }
    }
}
