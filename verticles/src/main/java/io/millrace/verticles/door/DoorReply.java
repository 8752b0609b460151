package io.millrace.verticles.door;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * An answer to another node of the bus whose body the socket takes from where it is. Vert.x itself would collect it in an array, and
 * copy that once more for the socket.
 *
 * <p>Thread: made on its session's loop; encoded there or on the connection's; released when it is gone, wherever that is known.
 */
final class DoorReply extends ClusteredMessage<Buffer, Buffer> {
    /** Smaller parts on average are collected in one buffer: the kernel takes so long for each piece. */
    private static final int WORTH_A_PIECE_BYTES = 2048;

    private final ByteBuf body;
    private final Runnable gone;
    private ByteBuf wire;

    /** Vert.x tells it where it goes: see {@link TakenMessage}. */
    DoorReply(String self, String address, TakenMessage.Outside answer, EventBusImpl bus) {
        super(self, address, null, Buffer.buffer(), new DoorCodec(), true, bus);
        this.body = answer.bytes();
        this.gone = answer.gone();
    }

    /**
     * Sends the answer to a message that came from another node with the client's codec; takes the body over, also when it throws.
     *
     * @param context the session's
     * @param asked was taken from the bus
     */
    static void send(ContextInternal context, Message<?> asked, TakenMessage.Outside answer) {
        ContextInternal former = context.beginDispatch();
        try {
            asked.reply(answer);
        } finally {
            context.endDispatch(former);
        }
    }

    /** Gives it to the bus it was made for. */
    void send(DeliveryOptions options) {
        try {
            bus.<Void>sendOrPubInternal(this, options, null).onComplete(sent -> end());
        } catch (Throwable unsent) {
            // Encoding takes memory that there may not be; then nobody else holds the body.
            end();
            throw unsent;
        }
    }

    @Override
    public Buffer encodeToWire() {
        Buffer start = super.encodeToWire();
        int bytes = body.readableBytes();
        // The codec has written an empty body: its length comes last.
        start.setInt(start.length() - Integer.BYTES, bytes);
        start.setInt(0, start.length() - Integer.BYTES + bytes);
        ByteBuf head = ((BufferInternal) start).getByteBuf();
        int size = head.readableBytes();
        if (body instanceof CompositeByteBuf parts && bytes / parts.numComponents() < WORTH_A_PIECE_BYTES) {
            wire = PooledByteBufAllocator.DEFAULT
                    .directBuffer(size + bytes, size + bytes)
                    .writeBytes(head)
                    .writeBytes(body, body.readerIndex(), bytes);
            return BufferInternal.buffer(wire);
        }
        ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(head);
        wire = new CompositeByteBuf(UnpooledByteBufAllocator.DEFAULT, true, 2)
                .addComponent(true, first)
                .addComponent(true, body.retain());
        // A view that the socket can not release: that is done when Vert.x says that it has been written.
        return BufferInternal.buffer(wire);
    }

    /** The message has left, or never will. */
    private void end() {
        release();
        gone.run();
    }

    void release() {
        if (wire != null) {
            wire.release();
            wire = null;
        }
        body.release();
    }
}
