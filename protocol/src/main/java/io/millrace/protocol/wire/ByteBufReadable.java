package io.millrace.protocol.wire;

import io.millrace.protocol.MalformedRequestException;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * Reads primitives from a netty buffer for the generated message classes and the lean codecs: the one place where
 * hostile lengths and counts are stopped.
 *
 * <p>Three rules, all checked before anything is allocated: a length is never larger than the bytes that are left; every
 * value read takes one from a budget of fields that the API's {@code ApiSpec} sets; {@link #remaining()}, which the
 * generated classes compare with every element count, is never larger than what is left of that budget. Since an element
 * of a list costs at least one field, a request can make no more objects than it has fields, however it is nested, and
 * heap stays below {@code ApiSpec.maxDecodedBytes}. Unknown tagged fields are skipped and never materialised.
 *
 * <p>Every refusal is a {@link MalformedRequestException}. Reads move the buffer's reader index and never pass its
 * writer index.
 *
 * <p>Thread: the one that decodes; not shared.
 */
public final class ByteBufReadable implements Readable {
    private final ByteBuf buf;
    private final int maxFields;
    private int fieldsLeft;

    /** @param maxFields how many primitive values may be read before the request is refused */
    public ByteBufReadable(ByteBuf buf, int maxFields) {
        this.buf = buf;
        this.maxFields = maxFields;
        this.fieldsLeft = maxFields;
    }

    private void take(int bytes) {
        if (bytes < 0) {
            throw new MalformedRequestException("negative length " + bytes);
        }
        if (bytes > buf.readableBytes()) {
            throw new MalformedRequestException(bytes + " bytes claimed, " + buf.readableBytes() + " left");
        }
        takeField();
    }

    private void takeField() {
        if (--fieldsLeft < 0) {
            throw new MalformedRequestException("more fields than a request of this kind may have");
        }
    }

    @Override
    public byte readByte() {
        take(Byte.BYTES);
        return buf.readByte();
    }

    @Override
    public short readShort() {
        take(Short.BYTES);
        return buf.readShort();
    }

    @Override
    public int readInt() {
        take(Integer.BYTES);
        return buf.readInt();
    }

    @Override
    public long readLong() {
        take(Long.BYTES);
        return buf.readLong();
    }

    @Override
    public double readDouble() {
        take(Double.BYTES);
        return buf.readDouble();
    }

    @Override
    public byte[] readArray(int length) {
        take(length);
        byte[] bytes = new byte[length];
        buf.readBytes(bytes);
        return bytes;
    }

    @Override
    public String readString(int length) {
        take(length);
        if (length == 0) {
            return "";
        }
        String text = buf.toString(buf.readerIndex(), length, StandardCharsets.UTF_8);
        buf.skipBytes(length);
        return text;
    }

    /** A view of the frame, valid while the frame is. */
    @Override
    public ByteBuffer readByteBuffer(int length) {
        take(length);
        ByteBuffer view = buf.nioBuffer(buf.readerIndex(), length);
        buf.skipBytes(length);
        return view;
    }

    @Override
    public int readUnsignedVarint() {
        takeField();
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = nextByte();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedRequestException("varint longer than 5 bytes");
    }

    @Override
    public int readVarint() {
        int raw = readUnsignedVarint();
        return (raw >>> 1) ^ -(raw & 1);
    }

    @Override
    public long readVarlong() {
        takeField();
        long raw = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = nextByte();
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
        }
        throw new MalformedRequestException("varlong longer than 10 bytes");
    }

    private int nextByte() {
        if (!buf.isReadable()) {
            throw new MalformedRequestException("the request ends inside a varint");
        }
        return buf.readByte();
    }

    /** Bytes left, or fields left if these are fewer: an upper bound for the elements that can still follow. */
    @Override
    public int remaining() {
        return Math.min(buf.readableBytes(), Math.max(0, fieldsLeft));
    }

    /** The rest of the request, with what is left of the budget. */
    @Override
    public Readable slice() {
        return new ByteBufReadable(buf.slice(), fieldsLeft);
    }

    /** Skips the field; the list is handed back as it came (null as long as nobody made one). */
    @Override
    public List<RawTaggedField> readUnknownTaggedField(List<RawTaggedField> unknowns, int tag, int size) {
        skip(size);
        return unknowns;
    }

    /** Skips {@code length} bytes without looking at them. */
    public void skip(int length) {
        take(length);
        buf.skipBytes(length);
    }

    /** Skips bytes that begin with their length; -1 stands for null. */
    public void skipBytes(boolean flexible) {
        int length = flexible ? readUnsignedVarint() - 1 : readInt();
        if (length != -1) {
            skip(length);
        }
    }

    /** Skips a whole section of tagged fields none of which is known. */
    public void skipTaggedFields() {
        int count = readTaggedFieldCount();
        for (int i = 0; i < count; i++) {
            readUnsignedVarint();
            skip(readUnsignedVarint());
        }
    }

    /** Each tagged field takes at least a tag and a size, so the count is checked like that of any list. */
    public int readTaggedFieldCount() {
        return checkedCount(readUnsignedVarint(), 2);
    }

    /** The element count of a list, or -1 for null. */
    public int readArrayCount(boolean flexible, int minElementBytes) {
        int count = flexible ? readUnsignedVarint() - 1 : readInt();
        return count == -1 ? -1 : checkedCount(count, minElementBytes);
    }

    private int checkedCount(int count, int minElementBytes) {
        if (count < 0 || count > buf.readableBytes() / minElementBytes || count > Math.max(0, fieldsLeft)) {
            throw new MalformedRequestException(
                    "list of " + count + " elements claimed, " + buf.readableBytes() + " bytes left");
        }
        return count;
    }

    /** A string, or null; at most 32,767 bytes, as Kafka has it. */
    public String readNullableString(boolean flexible) {
        int length = flexible ? readUnsignedVarint() - 1 : readShort();
        if (length == -1) {
            return null;
        }
        if (length > Short.MAX_VALUE) {
            throw new MalformedRequestException("string of " + length + " bytes");
        }
        return readString(length);
    }

    /** Skips a string and returns the {@link String#hashCode} it would have, 0 for null; most need no string for that. */
    public int readTextHash(boolean flexible) {
        int length = flexible ? readUnsignedVarint() - 1 : readShort();
        if (length == -1) {
            return 0;
        }
        take(length);
        int start = buf.readerIndex();
        buf.skipBytes(length);
        int hash = 0;
        for (int i = 0; i < length; i++) {
            byte character = buf.getByte(start + i);
            if (character < 0) {
                return buf.toString(start, length, StandardCharsets.UTF_8).hashCode();
            }
            hash = 31 * hash + character;
        }
        return hash;
    }

    public String readNonNullString(boolean flexible, String field) {
        String text = readNullableString(flexible);
        if (text == null) {
            throw new MalformedRequestException(field + " is null");
        }
        return text;
    }

    public UUID readJavaUuid() {
        return new UUID(readLong(), readLong());
    }

    /** How many primitive values have been read. */
    public int fieldsRead() {
        return maxFields - Math.max(0, fieldsLeft);
    }

    /** Where the next read happens, as an index of the buffer. */
    public int readerIndex() {
        return buf.readerIndex();
    }
}
