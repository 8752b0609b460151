package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the types of Kafka's versions into one growing array, which becomes the message's body; of the flexible ones (KIP-482) what
 * Metadata need.
 *
 * <p>Thread: one.
 */
public final class WireWriter {
    /** What is at least as long goes into the message by reference. */
    private static final int BY_REFERENCE_BYTES = 4 << 10;

    private byte[] bytes;
    private int size;
    /** What is finished: pieces of the arrays so far, and what is taken by reference; null while there is nothing of it. */
    private List<ByteBuf> pieces;

    private int piecesBytes;
    /** Where the piece that is being written begins in {@link #bytes}. */
    private int from;

    public WireWriter(int expectedBytes) {
        bytes = new byte[Math.max(64, expectedBytes)];
    }

    private int room(int more) {
        if (size + more > bytes.length) {
            // Pieces that are finished keep the former array.
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
        }
        int at = size;
        size += more;
        return at;
    }

    public WireWriter int8(int value) {
        int at = room(1);
        bytes[at] = (byte) value;
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

    /** A string of a flexible version. */
    public WireWriter compactText(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length + 1);
        int at = room(utf8.length);
        System.arraycopy(utf8, 0, bytes, at, utf8.length);
        return this;
    }

    /** The length of a list of a flexible version. */
    public WireWriter compactCount(int elements) {
        return varint(elements + 1);
    }

    /** What ends each structure of a flexible version: fields of later versions, of which there are none. */
    public WireWriter noTags() {
        return int8(0);
    }

    private WireWriter varint(int value) {
        int left = value;
        while (left > 0x7f) {
            int8(left & 0x7f | 0x80);
            left >>>= 7;
        }
        return int8(left);
    }

    /** Nullable bytes with their length; the source's position stays. What is long is not copied: it must not change. */
    public WireWriter sized(ByteBuffer value) {
        if (value == null) {
            return int32(-1);
        }
        int length = value.remaining();
        int32(length);
        if (length >= BY_REFERENCE_BYTES) {
            endPiece();
            pieces.add(Unpooled.wrappedBuffer(value));
            piecesBytes += length;
            return this;
        }
        int at = room(length);
        value.get(value.position(), bytes, at, length);
        return this;
    }

    private void endPiece() {
        if (pieces == null) {
            pieces = new ArrayList<>();
        }
        pieces.add(Unpooled.wrappedBuffer(bytes, from, size - from));
        piecesBytes += size - from;
        from = size;
    }

    public int size() {
        return piecesBytes + size - from;
    }

    /** What was written, not copied; nothing is written afterwards. */
    public Buffer toBuffer() {
        if (pieces == null) {
            return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes, 0, size));
        }
        endPiece();
        return BufferInternal.buffer(Unpooled.wrappedBuffer(pieces.size(), pieces.toArray(new ByteBuf[0])));
    }

    /** What was written, in one piece; nothing is written afterwards. */
    public ByteBuffer toByteBuffer() {
        if (pieces == null) {
            return ByteBuffer.wrap(bytes, 0, size);
        }
        return ByteBuffer.wrap(toBuffer().getBytes());
    }
}
