package io.millrace.verticles.shard;

import io.millrace.log.Payload;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * A slice of a received frame as the log takes it: no copy, the frame's reference count is the payload's.
 *
 * <p>Thread: as {@link Payload}.
 */
public final class ByteBufPayload implements Payload {
    private final ByteBuf slice;

    /** Takes over one reference of {@code slice}, all of whose readable bytes are the payload. */
    public ByteBufPayload(ByteBuf slice) {
        this.slice = slice;
    }

    @Override
    public ByteBuffer bytes() {
        return slice.nioBuffer();
    }

    @Override
    public int sizeBytes() {
        return slice.readableBytes();
    }

    @Override
    public ByteBufPayload retain() {
        slice.retain();
        return this;
    }

    @Override
    public void release() {
        slice.release();
    }

    @Override
    public ByteBufPayload slice(int from, int sizeBytes) {
        return new ByteBufPayload(slice.slice(slice.readerIndex() + from, sizeBytes));
    }

    /**
     * The bytes as the network sends them; shares the reference count. A view of its own each time, because sending a part
     * of it moves its reader index, and other readers of the tail send the same bytes.
     */
    public ByteBuf buffer() {
        return slice.duplicate();
    }
}
