package io.millrace.verticles.listener;

import io.millrace.protocol.ApiSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request between its last byte and its answer: the handler's context and the connection's place in
 * the order of answers.
 *
 * <p>Thread: fields are written on the connection's loop; answering from elsewhere hops there first.
 */
final class PendingRequest implements InboundRequest {
    private static final Logger log = LoggerFactory.getLogger(PendingRequest.class);

    /** What a request holds decoded is not counted up to here. */
    private static final int NOT_WORTH_CHARGING_BYTES = 16 << 10;

    private static final String INTERNAL_ERROR = "internal error";

    private final KafkaConnection connection;
    private final long receivedAtNanos;

    private ByteBuf frame;
    private int permitBytes;
    private ApiSpec api;
    private short version;
    private int decodedBytes;
    private int correlationId;
    private String clientId;
    private short errorCode;
    private List<?> parts;
    private boolean answered;
    private String closeReason;
    private String closeBehindReason;
    private long handledNanos;
    private Runnable abandoned;

    PendingRequest(KafkaConnection connection, ByteBuf frame, int permitBytes, long receivedAtNanos) {
        this.connection = connection;
        this.frame = frame;
        this.permitBytes = permitBytes;
        this.receivedAtNanos = receivedAtNanos;
    }

    @Override
    public void identify(ApiSpec api, short version, int correlationId, String clientId) {
        this.api = api;
        this.version = version;
        this.correlationId = correlationId;
        this.clientId = clientId;
    }

    /** Takes what a large request holds decoded from the permit, until it is answered. */
    @Override
    public void charge(long bytes) {
        if (bytes > NOT_WORTH_CHARGING_BYTES) {
            decodedBytes = (int) Math.min(bytes, Integer.MAX_VALUE);
            connection.decodedMemory().acquireInUse(decodedBytes);
        }
    }

    @Override
    public void frameIsRead() {
        if (frame != null) {
            frame.release();
            frame = null;
            connection.releaseMemory(permitBytes);
            permitBytes = 0;
        }
    }

    /** Notes that the handler has returned. */
    void handled(long nowNanos) {
        handledNanos = nowNanos - receivedAtNanos;
    }

    ByteBuf frame() {
        return frame;
    }

    boolean isAnswered() {
        return answered;
    }

    /** The encoded answer; empty for a request without one. */
    List<?> parts() {
        return parts;
    }

    /** Why the connection is to be closed in place of this answer, or null. */
    String closeReason() {
        return closeReason;
    }

    /** Why the connection is to be closed behind this answer, or null. */
    String closeBehindReason() {
        return closeBehindReason;
    }

    short errorCode() {
        return errorCode;
    }

    long receivedAtNanos() {
        return receivedAtNanos;
    }

    long handledNanos() {
        return handledNanos;
    }

    /** The connection has ended: tells the handler if it still works on the answer. */
    void connectionEnded() {
        discard();
        if (!answered && abandoned != null) {
            abandoned.run();
        }
    }

    /** Gives back an answer that will not be sent. */
    void discard() {
        if (parts != null) {
            parts.forEach(ReferenceCountUtil::release);
            parts = null;
        }
    }

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
        return connection.listenerName();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.allocator();
    }

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    @Override
    public void whenClosed(Runnable listener) {
        abandoned = listener;
    }

    @Override
    public void respond(ApiMessage response) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> respond(response));
            return;
        }
        if (connection.isClosed()) {
            answer(List.of(), null);
            return;
        }
        List<?> encoded;
        try {
            encoded = List.of(connection
                    .codec()
                    .encodeResponse(connection.allocator(), correlationId, api.key(), version, response));
        } catch (Throwable notEncoded) {
            // An answer that its version can not say, or no memory for it: the client must not wait for it.
            failed(notEncoded);
            return;
        }
        answer(encoded, null);
    }

    @Override
    public void failed(Throwable why) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> failed(why));
            return;
        }
        log.error(
                "{} of {} could not be served; closing the connection",
                api == null ? "a request" : api.name() + " v" + version,
                remoteAddress(),
                why);
        connection.requestFailed();
        if (answered) {
            connection.closeNow(INTERNAL_ERROR);
        } else {
            answer(List.of(), INTERNAL_ERROR);
        }
    }

    @Override
    public void respondEncoded(List<?> encoded) {
        if (loop().inEventLoop()) {
            answer(encoded, null);
        } else {
            loop().execute(() -> answer(encoded, null));
        }
    }

    @Override
    public void respondNothing() {
        respondEncoded(List.of());
    }

    @Override
    public void close(String reason) {
        if (loop().inEventLoop()) {
            answer(List.of(), reason);
        } else {
            loop().execute(() -> answer(List.of(), reason));
        }
    }

    @Override
    public void closeAfterwards(String reason) {
        closeBehindReason = reason;
    }

    @Override
    public void error(short code) {
        errorCode = code;
    }

    private void answer(List<?> encoded, String reason) {
        if (answered) {
            encoded.forEach(ReferenceCountUtil::release);
            throw new IllegalStateException("request " + correlationId + " of " + remoteAddress() + " answered twice");
        }
        answered = true;
        parts = encoded;
        closeReason = reason;
        frameIsRead();
        connection.decodedMemory().release(decodedBytes);
        decodedBytes = 0;
        connection.answered(this);
    }
}
