package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.MessageImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredEventBus;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request to a door whose body is copied once, to where the socket takes it from. Vert.x itself would collect it in an array,
 * and copy that once more for the socket. On the wire it is the message that Vert.x sends, and its answer is waited for as any other.
 *
 * <p>Thread: made on the client's context; encoded there or on the connection's loop; released when it is gone, wherever that is known.
 */
final class DoorRequest extends ClusteredMessage<Buffer, Buffer> {
    private static final Logger log = LoggerFactory.getLogger(DoorRequest.class);
    /** The body's bytes follow by themselves. */
    private static final DoorCodec WITHOUT_BODY = new DoorCodec() {
        @Override
        public void encodeToWire(Buffer wire, Buffer body) {
            wire.appendInt(0);
        }
    };

    private static final MethodHandle REPLY_HANDLER;
    private static final MethodHandle SEND;
    private static final MethodHandle RESULT;

    static {
        MethodHandle replyHandler = null;
        MethodHandle send = null;
        MethodHandle result = null;
        try {
            MethodHandles.Lookup bus = MethodHandles.privateLookupIn(EventBusImpl.class, MethodHandles.lookup());
            Class<?> handler = bus.findClass("io.vertx.core.eventbus.impl.ReplyHandler");
            replyHandler = bus.findVirtual(
                            EventBusImpl.class,
                            "createReplyHandler",
                            MethodType.methodType(handler, MessageImpl.class, boolean.class, DeliveryOptions.class))
                    .asType(MethodType.methodType(
                            Object.class, EventBusImpl.class, MessageImpl.class, boolean.class, DeliveryOptions.class));
            send = bus.findVirtual(
                            EventBusImpl.class,
                            "sendOrPubInternal",
                            MethodType.methodType(Future.class, MessageImpl.class, DeliveryOptions.class, handler))
                    .asType(MethodType.methodType(
                            Future.class, EventBusImpl.class, MessageImpl.class, DeliveryOptions.class, Object.class));
            result = MethodHandles.privateLookupIn(handler, bus)
                    .findVirtual(handler, "result", MethodType.methodType(Future.class))
                    .asType(MethodType.methodType(Future.class, Object.class));
        } catch (ReflectiveOperationException | RuntimeException changed) {
            log.info("this Vert.x asks in another way: requests go the usual way ({})", changed.toString());
        }
        REPLY_HANDLER = result == null ? null : replyHandler;
        SEND = send;
        RESULT = result;
    }

    private final ByteBuf body;
    private ByteBuf wire;

    private DoorRequest(String self, String address, Buffer body, EventBusImpl bus) {
        super(self, address, null, body, WITHOUT_BODY, true, bus);
        this.body = ((BufferInternal) body).getByteBuf();
    }

    /**
     * Asks as the bus' own {@code request} does.
     *
     * @param answers where the answer is taken from the bus; null when it comes through Vert.x
     * @param slot what to put it in
     */
    static Future<Message<Buffer>> send(
            VertxInternal vertx,
            String address,
            Buffer body,
            DeliveryOptions options,
            BusAnswers answers,
            AnswerSlot slot) {
        if (REPLY_HANDLER == null || !(vertx.eventBus() instanceof ClusteredEventBus bus)) {
            return vertx.eventBus().request(address, body, options);
        }
        DoorRequest request = new DoorRequest(vertx.clusterManager().getNodeId(), address, body, bus);
        return request.send(bus, options, answers, slot);
    }

    @SuppressWarnings("unchecked")
    private Future<Message<Buffer>> send(
            EventBusImpl bus, DeliveryOptions options, BusAnswers answers, AnswerSlot slot) {
        try {
            Object handler = (Object) REPLY_HANDLER.invokeExact(bus, (MessageImpl<?, ?>) this, true, options);
            Future<?> asked = (Future<?>) RESULT.invokeExact(handler);
            Future<Message<Buffer>> answered = (Future<Message<Buffer>>) asked;
            if (answers != null) {
                String at = replyAddress();
                answers.expect(at, slot);
                answered.onComplete(done -> answers.forget(at));
            }
            Future<?> sent = (Future<?>) SEND.invokeExact(bus, (MessageImpl<?, ?>) this, options, handler);
            sent.onComplete(gone -> release());
            return answered;
        } catch (RuntimeException | Error thrown) {
            release();
            throw thrown;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Buffer encodeToWire() {
        Buffer start = super.encodeToWire();
        int bytes = body.readableBytes();
        int size = start.length() + bytes;
        // The codec has written an empty body: its length comes last.
        start.setInt(start.length() - Integer.BYTES, bytes);
        start.setInt(0, size - Integer.BYTES);
        ByteBuf room = room(size);
        room.writeBytes(((BufferInternal) start).getByteBuf()).writeBytes(body, body.readerIndex(), bytes);
        synchronized (this) {
            wire = room;
        }
        // A view that the socket cannot release: that is done when Vert.x says that it has been written.
        return BufferInternal.buffer(room);
    }

    private static ByteBuf room(int bytes) {
        try {
            return PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        } catch (OutOfMemoryError scarce) {
            // What there is too little of is memory outside of the heap.
            return Unpooled.buffer(bytes, bytes);
        }
    }

    /** The message has left, or never will. */
    private synchronized void release() {
        if (wire != null) {
            wire.release();
            wire = null;
        }
    }
}
