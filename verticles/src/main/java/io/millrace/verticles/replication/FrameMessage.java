package io.millrace.verticles.replication;

import io.millrace.log.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.List;

/**
 * A frame as a message of the bus whose records the socket takes from where they are. Vert.x itself would collect every message in
 * an array that it grows by doubling, and copy that once more for the socket.
 *
 * <p>Thread: made on a shard's loop; encoded there or on the connection's; released when it is gone, wherever that is known.
 */
final class FrameMessage extends ClusteredMessage<OutgoingFrame, Buffer> {
    /** Smaller records on average are collected in one buffer: the kernel takes so long for each piece. */
    private static final int WORTH_A_PIECE_BYTES = 2048;

    private final OutgoingFrame frame;
    private ByteBuf wire;

    FrameMessage(String sender, String address, OutgoingFrame frame, EventBusImpl bus) {
        super(sender, address, null, frame, FrameCodec.INSTANCE, true, bus);
        this.frame = frame;
    }

    @Override
    public Buffer encodeToWire() {
        Buffer start = super.encodeToWire();
        List<Payload> records = frame.records();
        if (records.isEmpty()) {
            return start;
        }
        start.setInt(0, start.length() - Integer.BYTES + frame.recordBytes());
        ByteBuf head = ((BufferInternal) start).getByteBuf();
        wire = frame.recordBytes() / records.size() < WORTH_A_PIECE_BYTES
                ? collected(head, records)
                : pieces(head, records);
        // A view that the socket can not release: that is done when Vert.x says that it has been written.
        return BufferInternal.buffer(wire);
    }

    private ByteBuf collected(ByteBuf head, List<Payload> records) {
        int size = head.readableBytes() + frame.recordBytes();
        ByteBuf all = PooledByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(head);
        records.forEach(payload -> all.writeBytes(payload.bytes()));
        return all;
    }

    private static ByteBuf pieces(ByteBuf head, List<Payload> records) {
        int size = head.readableBytes();
        ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(head);
        CompositeByteBuf all = new CompositeByteBuf(UnpooledByteBufAllocator.DEFAULT, true, records.size() + 1)
                .addComponent(true, first);
        records.forEach(payload -> all.addComponent(true, Unpooled.wrappedBuffer(payload.bytes())));
        return all;
    }

    /** The message has left, or never will. */
    void gone() {
        release();
        frame.release();
    }

    private void release() {
        if (wire != null) {
            wire.release();
            wire = null;
        }
    }
}
