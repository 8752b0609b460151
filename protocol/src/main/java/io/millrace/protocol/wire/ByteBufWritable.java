package io.millrace.protocol.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.protocol.Writable;

/**
 * Writes primitives into a netty buffer for the generated message classes and the lean codecs.
 *
 * <p>The caller has computed the size and allocated the buffer, so nothing here grows it in normal work.
 *
 * <p>Thread: the one that encodes; not shared.
 */
public final class ByteBufWritable implements Writable {
    private final ByteBuf buf;

    public ByteBufWritable(ByteBuf buf) {
        this.buf = buf;
    }

    @Override
    public void writeByte(byte value) {
        buf.writeByte(value);
    }

    @Override
    public void writeShort(short value) {
        buf.writeShort(value);
    }

    @Override
    public void writeInt(int value) {
        buf.writeInt(value);
    }

    @Override
    public void writeLong(long value) {
        buf.writeLong(value);
    }

    @Override
    public void writeDouble(double value) {
        buf.writeDouble(value);
    }

    @Override
    public void writeByteArray(byte[] bytes) {
        buf.writeBytes(bytes);
    }

    @Override
    public void writeByteBuffer(ByteBuffer bytes) {
        buf.writeBytes(bytes.duplicate());
    }

    @Override
    public void writeUnsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            buf.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        buf.writeByte(rest);
    }

    @Override
    public void writeVarint(int value) {
        writeUnsignedVarint((value << 1) ^ (value >> 31));
    }

    @Override
    public void writeVarlong(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            buf.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        buf.writeByte((int) rest);
    }

    /** Element count of a list; -1 is null. */
    public void writeArrayCount(int count, boolean flexible) {
        if (flexible) {
            writeUnsignedVarint(count + 1);
        } else {
            buf.writeInt(count);
        }
    }

    /** A string, or null. */
    public void writeNullableString(String text, boolean flexible) {
        int length = text == null ? -1 : ByteBufUtil.utf8Bytes(text);
        if (length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("string of " + length + " bytes cannot be encoded");
        }
        if (flexible) {
            writeUnsignedVarint(length + 1);
        } else {
            buf.writeShort(length);
        }
        if (length > 0) {
            ByteBufUtil.reserveAndWriteUtf8(buf, text, length);
        }
    }

    public void writeJavaUuid(UUID id) {
        buf.writeLong(id.getMostSignificantBits());
        buf.writeLong(id.getLeastSignificantBits());
    }

    public static int nullableStringSize(String text, boolean flexible) {
        int length = text == null ? 0 : ByteBufUtil.utf8Bytes(text);
        return length + (flexible ? unsignedVarintSize(text == null ? 0 : length + 1) : Short.BYTES);
    }

    public static int arrayCountSize(int count, boolean flexible) {
        return flexible ? unsignedVarintSize(count + 1) : Integer.BYTES;
    }

    public static int unsignedVarintSize(int value) {
        return (38 - Integer.numberOfLeadingZeros(value)) / 7 + (value == 0 ? 1 : 0);
    }
}
