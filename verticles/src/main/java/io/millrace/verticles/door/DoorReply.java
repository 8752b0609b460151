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
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An answer to another node of the bus whose body the socket takes from where it is. Vert.x itself would collect it in an array, and
 * copy that once more for the socket.
 *
 * <p>Thread: made on its session's loop; encoded there or on the connection's; released when it is gone, wherever that is known.
 */
final class DoorReply extends ClusteredMessage<Buffer, Buffer> {
    /** Smaller parts on average are collected in one buffer: the kernel takes so long for each piece. */
    private static final int WORTH_A_PIECE_BYTES = 2048;

    private static final VarHandle REPLIED_TO;

    static {
        try {
            REPLIED_TO = MethodHandles.privateLookupIn(ClusteredMessage.class, MethodHandles.lookup())
                    .findVarHandle(ClusteredMessage.class, "repliedTo", String.class);
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException("this Vert.x keeps the receiver of an answer elsewhere", changed);
        }
    }

    private final ByteBuf body;
    private ByteBuf wire;

    DoorReply(String self, String to, String address, ByteBuf body, EventBusImpl bus) {
        super(self, address, null, Buffer.buffer(), new DoorCodec(), true, bus);
        this.body = body;
        REPLIED_TO.set(this, to);
    }

    /**
     * Sends the answer to a message that came from another node with the client's codec; takes the body over, also when it throws.
     *
     * @param context the session's
     * @param gone run when the body is needed no more
     */
    static void send(ContextInternal context, String sender, Message<?> asked, ByteBuf body, Runnable gone) {
        EventBusImpl bus = (EventBusImpl) context.owner().eventBus();
        String self = context.owner().clusterManager().getNodeId();
        DoorReply reply = new DoorReply(self, sender, asked.replyAddress(), body, bus);
        ContextInternal former = context.beginDispatch();
        try {
            bus.<Void>sendOrPubInternal(reply, new DeliveryOptions(), null).onComplete(sent -> {
                reply.release();
                gone.run();
            });
        } catch (Throwable unsent) {
            // Encoding takes memory that there may not be; then nobody else holds the body.
            reply.release();
            gone.run();
            throw unsent;
        } finally {
            context.endDispatch(former);
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
    void release() {
        if (wire != null) {
            wire.release();
            wire = null;
        }
        body.release();
    }
}
