package io.millrace.verticles.door;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiSpec;
import io.millrace.verticles.listener.InboundRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka request that came as a message: the handler's context, and the reply.
 *
 * <p>Thread: its session's loop; answering from elsewhere hops there first.
 */
final class BusRequest implements InboundRequest {
    private static final Logger log = LoggerFactory.getLogger(BusRequest.class);
    /** There is no socket: what asks for the client's address is told this one. */
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final DoorSession session;
    private final DoorMessage message;
    private final int chargedBytes;
    private final long receivedAtNanos = System.nanoTime();
    private ByteBuf frame;
    private ApiSpec api;
    private short version;
    private int correlationId;
    private String clientId;
    private short errorCode;
    private long handledNanos;
    private boolean answered;
    /** Counted as not taken yet when this is answered. */
    private long unsentBytes;

    private Runnable abandoned;

    BusRequest(DoorSession session, DoorMessage message, ByteBuf frame, int chargedBytes) {
        this.session = session;
        this.message = message;
        this.frame = frame;
        this.chargedBytes = chargedBytes;
    }

    ByteBuf frame() {
        return frame;
    }

    int chargedBytes() {
        return chargedBytes;
    }

    boolean isAnswered() {
        return answered;
    }

    void handled() {
        handledNanos = System.nanoTime() - receivedAtNanos;
    }

    /** The sender is gone: tells the handler if it still works on the answer. */
    void sessionEnded() {
        if (!answered && abandoned != null) {
            abandoned.run();
        }
    }

    @Override
    public void identify(ApiSpec spec, short apiVersion, int correlation, String client) {
        api = spec;
        version = apiVersion;
        correlationId = correlation;
        clientId = client;
    }

    @Override
    public void frameIsRead() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    /** What a request holds decoded is bounded by its own size, which its session's credit paid for. */
    @Override
    public void charge(long bytes) {}

    @Override
    public ApiSpec api() {
        return api;
    }

    @Override
    public short version() {
        return version;
    }

    @Override
    public int correlationId() {
        return correlationId;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public String listenerName() {
        return session.listenerName();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return NOWHERE;
    }

    @Override
    public ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    @Override
    public EventLoop loop() {
        return session.loop();
    }

    @Override
    public boolean isClosed() {
        return session.isClosed();
    }

    @Override
    public void whenClosed(Runnable listener) {
        abandoned = listener;
    }

    @Override
    public int maxResponseBytes() {
        return session.limits().maxResponseBytes();
    }

    @Override
    public void respond(ApiMessage response) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> respond(response));
            return;
        }
        List<?> encoded;
        try {
            encoded = List.of(session.codec().encodeResponse(allocator(), correlationId, api.key(), version, response));
        } catch (Throwable notEncoded) {
            failed(notEncoded);
            return;
        }
        respondEncoded(encoded);
    }

    /** The session is as well as before, so only the request is refused. */
    @Override
    public void failed(Throwable why) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> failed(why));
            return;
        }
        log.error("{} of {} could not be served", api == null ? "a request" : api.name(), session.sender(), why);
        session.metrics().requestsFailed.increment();
        if (!answered) {
            refuse(DoorFailure.ofUnserved(why));
        }
    }

    @Override
    public void respondEncoded(List<?> parts) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> respondEncoded(parts));
            return;
        }
        if (answered) {
            parts.forEach(ReferenceCountUtil::release);
            throw answeredTwice();
        }
        if (session.isClosed()) {
            parts.forEach(ReferenceCountUtil::release);
            finish(null, null);
            return;
        }
        long readBytes = api.key() == Api.FETCH.key() ? ReplyBytes.size(parts) : 0;
        if (readBytes > 0 && !session.unsent().take(readBytes)) {
            parts.forEach(ReferenceCountUtil::release);
            refuse(DoorFailure.of(
                    DoorFailure.NO_CREDIT,
                    session.unsent().bytes() + " bytes of answers wait to be taken: no more is read before they are"));
            return;
        }
        ReplyBody reply;
        try {
            reply = message.isAnsweredByReference() ? ReplyBytes.withFiles(parts) : ReplyBody.of(ReplyBytes.of(parts));
        } catch (Throwable unreadable) {
            session.unsent().give(readBytes);
            log.error("{} of session {} could not be read for its answer", api.name(), session.id(), unreadable);
            refuse(DoorFailure.ofUnsent(unreadable));
            return;
        }
        unsentBytes = readBytes;
        finish(reply, null);
    }

    @Override
    public void respondNothing() {
        if (loop().inEventLoop()) {
            finish(
                    session.isClosed()
                            ? null
                            : ReplyBody.of(Unpooled.buffer(1, 1).writeByte(DoorFrame.VERSION)),
                    null);
        } else {
            loop().execute(this::respondNothing);
        }
    }

    /** A connection would be closed; here only the request is refused. */
    @Override
    public void close(String reason) {
        refuse(DoorFailure.of(DoorFailure.MALFORMED, reason));
    }

    void refuse(DoorFailure failure) {
        if (loop().inEventLoop()) {
            finish(null, failure);
        } else {
            loop().execute(() -> finish(null, failure));
        }
    }

    private void finish(ReplyBody reply, DoorFailure failure) {
        if (answered) {
            throw answeredTwice();
        }
        answered = true;
        try {
            frameIsRead();
            if (reply != null) {
                send(reply);
            } else if (failure != null) {
                message.envelope().fail(failure.code(), failure.getMessage());
            }
        } finally {
            // Whatever the bus does with it: credit that is kept is never given again.
            session.answered(this);
        }
        if (api != null) {
            session.metrics()
                    .requestCompleted(api.key(), version, errorCode, handledNanos, System.nanoTime() - receivedAtNanos);
        }
    }

    private IllegalStateException answeredTwice() {
        return new IllegalStateException("request " + correlationId + " of " + session.sender() + " answered twice");
    }

    private void send(ReplyBody reply) {
        try {
            message.reply(session.context(), reply, () -> session.unsent().give(unsentBytes));
        } catch (Throwable unsent) {
            log.error("the answer to session {} could not be sent", session.id(), unsent);
            DoorFailure failure = DoorFailure.ofUnsent(unsent);
            message.envelope().fail(failure.code(), failure.getMessage());
        }
    }

    @Override
    public void error(short code) {
        errorCode = code;
    }
}
