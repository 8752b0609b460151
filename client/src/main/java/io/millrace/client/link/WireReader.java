package io.millrace.client.link;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Reads the types of Kafka's versions, of the flexible ones (KIP-482) what Metadata need; whatever the bytes are, it ends in a {@link
 * LogException} and never in a large allocation.
 *
 * <p>Thread: one.
 */
public final class WireReader {
    private final ByteBuffer in;
    /** What lies outside of the heap, with a reference; null for what is in the heap. */
    private final ByteBuf origin;

    /** Reads from here on. */
    public WireReader(ByteBuffer in) {
        this(in, null);
    }

    private WireReader(ByteBuffer in, ByteBuf origin) {
        this.in = in;
        this.origin = origin;
    }

    /** Reads an answer outside of the heap; its reference is taken over, and given back by {@link #release}. */
    static WireReader holding(ByteBuf answer) {
        return new WireReader(answer.nioBuffer(), answer);
    }

    /** What views of the answer are views of: who keeps one keeps a reference; null when it is in the heap. */
    public ByteBuf origin() {
        return origin;
    }

    /** Nothing of it is read any more, but for what somebody keeps a reference to. */
    public void release() {
        if (origin != null) {
            origin.release();
        }
    }

    static WireReader of(Buffer body) {
        ByteBuf bytes = ((BufferInternal) body).getByteBuf();
        return new WireReader(bytes.nioBuffer());
    }

    private void need(int bytes) {
        if (bytes < 0 || in.remaining() < bytes) {
            throw malformed(bytes + " bytes of " + in.remaining());
        }
    }

    private static LogException malformed(String what) {
        return new LogException(LogError.PROTOCOL, "an answer cannot be read: " + what);
    }

    public byte int8() {
        need(1);
        return in.get();
    }

    public boolean bool() {
        return int8() != 0;
    }

    public short int16() {
        need(2);
        return in.getShort();
    }

    public int int32() {
        need(4);
        return in.getInt();
    }

    public long int64() {
        need(8);
        return in.getLong();
    }

    /** A nullable string. */
    public String text() {
        return text(int16());
    }

    /** A nullable string of a flexible version. */
    public String compactText() {
        return text(varint() - 1);
    }

    private String text(int length) {
        if (length == -1) {
            return null;
        }
        need(length);
        ByteBuffer utf8 = in.slice().limit(length);
        in.position(in.position() + length);
        return StandardCharsets.UTF_8.decode(utf8).toString();
    }

    /** Nullable bytes: a view of the answer. */
    public ByteBuffer sized() {
        int length = int32();
        if (length == -1) {
            return null;
        }
        need(length);
        ByteBuffer view = in.slice().limit(length).slice();
        in.position(in.position() + length);
        return view;
    }

    /**
     * The length of a list whose elements have at least {@code leastBytes} each; 0 for none.
     */
    public int count(int leastBytes) {
        return count(int32(), leastBytes);
    }

    /** The same in a flexible version. */
    public int compactCount(int leastBytes) {
        return count(varint() - 1, leastBytes);
    }

    private int count(int count, int leastBytes) {
        if (count == -1) {
            return 0;
        }
        if (count < 0 || (long) count * leastBytes > in.remaining()) {
            throw malformed("a list of " + count);
        }
        return count;
    }

    public int[] int32s() {
        int[] values = new int[count(4)];
        for (int index = 0; index < values.length; index++) {
            values[index] = in.getInt();
        }
        return values;
    }

    /** Passes over a list of numbers of a flexible version. */
    public void skipCompactInt32s() {
        skip(compactCount(4) * 4);
    }

    /** Passes over what ends each structure of a flexible version: fields of later versions. */
    public void skipTags() {
        for (int left = varint(); left > 0; left--) {
            varint();
            skip(varint());
        }
    }

    private void skip(int bytes) {
        need(bytes);
        in.position(in.position() + bytes);
    }

    private int varint() {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            byte next = int8();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number of more than five bytes");
    }

    public UUID uuid() {
        return new UUID(int64(), int64());
    }

    public int remaining() {
        return in.remaining();
    }
}
