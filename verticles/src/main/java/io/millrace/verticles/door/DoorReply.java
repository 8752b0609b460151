package io.millrace.verticles.door;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * An answer to another node of the bus whose body the socket takes from where it is, also from files. Vert.x itself would collect it
 * in an array, and copy that once more for the socket.
 *
 * <p>Thread: made on its session's loop; encoded there or on the connection's; released when it is gone, wherever that is known.
 */
final class DoorReply extends ClusteredMessage<Buffer, Buffer> {
    private final ReplyBody body;
    private final Runnable gone;

    /** Vert.x tells it where it goes: see {@link TakenMessage}. */
    DoorReply(String self, String address, TakenMessage.Outside answer, EventBusImpl bus) {
        super(self, address, null, Buffer.buffer(), new DoorCodec(), true, bus);
        this.body = answer.body();
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
        int bytes = body.sizeBytes();
        // The codec has written an empty body: its length comes last.
        start.setInt(start.length() - Integer.BYTES, bytes);
        start.setInt(0, start.length() - Integer.BYTES + bytes);
        // A view that the socket can not release: that is done when Vert.x says that it has been written.
        return BufferInternal.buffer(body.behind(((BufferInternal) start).getByteBuf()));
    }

    /** The message has left, or never will. */
    private void end() {
        release();
        gone.run();
    }

    void release() {
        body.release();
    }
}
