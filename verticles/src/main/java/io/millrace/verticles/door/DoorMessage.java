package io.millrace.verticles.door;

import io.millrace.verticles.cluster.BusMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.CodecManager;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * A binary message to the door: what it is answered by, and its body, which lies in the heap when Vert.x has decoded it, and where the
 * socket put it when it was taken from the bus before that.
 *
 * <p>Thread: one at a time; the reference that it holds may be counted anywhere.
 */
final class DoorMessage {
    /** Of a bus where only the door's codec is known. */
    private static final CodecManager CODECS = new CodecManager();

    static {
        CODECS.registerCodec(new DoorCodec());
    }

    private final Message<?> envelope;
    private final Buffer body;
    /** What the body is a part of, outside of the heap; null when it is in the heap. */
    private final ByteBuf origin;

    private final int bodyAt;

    private DoorMessage(Message<?> envelope, Buffer body, ByteBuf origin, int bodyAt) {
        this.envelope = envelope;
        this.body = body;
        this.origin = origin;
        this.bodyAt = bodyAt;
    }

    /** What came through Vert.x. */
    static DoorMessage of(Message<?> envelope, Buffer body) {
        return new DoorMessage(envelope, body, null, 0);
    }

    /** What was taken from the bus; the reference goes with it. Throws {@link IndexOutOfBoundsException} for what is no message. */
    static DoorMessage taken(TakenMessage.Answers answers, BusMessage head, ByteBuf whole) {
        int at = head.bodyAt() + Integer.BYTES;
        if (at > whole.readableBytes() || whole.getInt(head.bodyAt()) != whole.readableBytes() - at) {
            throw new IndexOutOfBoundsException("a body of another length");
        }
        TakenMessage message = new TakenMessage(answers);
        message.readFromWire(BufferInternal.buffer(whole), CODECS);
        // Looked at now: later the bytes may be gone.
        message.headers();
        return new DoorMessage(message, BufferInternal.buffer(whole.slice(at, whole.readableBytes() - at)), whole, at);
    }

    /**
     * Answers with this body, which is taken over.
     *
     * @param gone run when it is needed no more
     */
    void reply(ContextInternal context, ReplyBody body, Runnable gone) {
        if (isAnsweredByReference()) {
            DoorReply.send(context, envelope, new TakenMessage.Outside(body, gone));
            return;
        }
        ByteBuf bytes = ((ReplyBody.InMemory) body).bytes();
        try {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            envelope.reply(BufferInternal.buffer(Unpooled.wrappedBuffer(copy)), DoorCodec.answering(envelope));
        } finally {
            bytes.release();
            gone.run();
        }
    }

    /** Whether the answer goes to the socket from where it is, from files too. */
    boolean isAnsweredByReference() {
        return origin != null && envelope.replyAddress() != null;
    }

    Message<?> envelope() {
        return envelope;
    }

    Buffer body() {
        return body;
    }

    void retain() {
        if (origin != null) {
            origin.retain();
        }
    }

    void release() {
        if (origin != null) {
            origin.release();
        }
    }

    /**
     * The Kafka request in it, with a reference of its own.
     *
     * @param staysInMemory its records are kept for consumers, outside of the heap as those of any other connection
     */
    ByteBuf frame(int from, boolean staysInMemory) {
        int size = body.length() - from;
        if (origin != null) {
            return origin.retainedSlice(bodyAt + from, size);
        }
        ByteBuf received = ((BufferInternal) body).getByteBuf();
        int at = received.readerIndex() + from;
        return staysInMemory
                ? PooledByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(received, at, size)
                : received.slice(at, size);
    }
}
