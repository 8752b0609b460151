package io.millrace.client.link;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the types of Kafka's older (not flexible) versions into one growing array, which becomes the message's body.
 *
 * <p>Thread: one.
 */
public final class WireWriter {
    private byte[] bytes;
    private int size;

    public WireWriter(int expectedBytes) {
        bytes = new byte[Math.max(64, expectedBytes)];
    }

    private int room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
        }
        int at = size;
        size += more;
        return at;
    }

    public WireWriter int8(int value) {
        bytes[room(1)] = (byte) value;
        return this;
    }

    public WireWriter bool(boolean value) {
        return int8(value ? 1 : 0);
    }

    public WireWriter int16(int value) {
        int at = room(2);
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
        return this;
    }

    public WireWriter int32(int value) {
        int at = room(4);
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
        return this;
    }

    public WireWriter int64(long value) {
        return int32((int) (value >>> 32)).int32((int) value);
    }

    /** A nullable string. */
    public WireWriter text(String value) {
        if (value == null) {
            return int16(-1);
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a text of " + utf8.length + " bytes");
        }
        int16(utf8.length);
        int at = room(utf8.length);
        System.arraycopy(utf8, 0, bytes, at, utf8.length);
        return this;
    }

    /** Nullable bytes with their length; the source's position stays. */
    public WireWriter sized(ByteBuffer value) {
        if (value == null) {
            return int32(-1);
        }
        int length = value.remaining();
        int32(length);
        int at = room(length);
        value.get(value.position(), bytes, at, length);
        return this;
    }

    public int size() {
        return size;
    }

    /** What was written so far, not copied. */
    public Buffer toBuffer() {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes, 0, size));
    }

    /** What was written so far, not copied. */
    public ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(bytes, 0, size);
    }
}
