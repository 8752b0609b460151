package io.millrace.verticles.replication;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * Frames on the event bus: {@code int32} size and the frame. Its head is written here, the records are {@link FrameMessage}'s.
 *
 * <p>Thread: any; stateless.
 */
final class FrameCodec implements MessageCodec<OutgoingFrame, Buffer> {
    static final String NAME = "millrace.replication";
    static final FrameCodec INSTANCE = new FrameCodec();

    @Override
    public void encodeToWire(Buffer wire, OutgoingFrame frame) {
        wire.appendInt(frame.sizeBytes());
        wire.appendBuffer(BufferInternal.buffer(frame.head()));
    }

    @Override
    public Buffer decodeFromWire(int position, Buffer wire) {
        int start = position + Integer.BYTES;
        return wire.slice(start, start + wire.getInt(position));
    }

    /** Within one process nobody replicates to himself; a copy, because the frame is released. */
    @Override
    public Buffer transform(OutgoingFrame frame) {
        ByteBuf view = frame.view();
        byte[] copy = new byte[view.readableBytes()];
        view.readBytes(copy);
        return Buffer.buffer(copy);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
