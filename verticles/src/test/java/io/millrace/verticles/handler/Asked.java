package io.millrace.verticles.handler;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Asks a handler something as a client would: the answer goes through its encoding in the version asked, so that a field
 * that the version cannot carry is found.
 *
 * <p>Thread: the test's; answers may come on another.
 */
final class Asked implements RequestContext {
    static final ApiRegistry REGISTRY = ApiRegistry.standard(1 << 20);
    private static final MessageCodec CODEC = new MessageCodec(REGISTRY);
    private static final DefaultEventLoop LOOP = new DefaultEventLoop();

    private final ApiSpec api;
    private final short version;
    private final CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    private short error;

    private Asked(Api key, short version) {
        this.api = REGISTRY.spec(key.key());
        this.version = version;
    }

    /** The handler's answer, encoded and decoded again. */
    @SuppressWarnings("unchecked")
    static <Q extends ApiMessage, R> R of(ApiHandler<Q> handler, Api key, int version, Q request) {
        ByteBuf frame = frameOf(handler, key, version, request);
        ApiSpec api = REGISTRY.spec(key.key());
        ApiMessage response = ApiMessageType.fromApiKey(api.key()).newResponse();
        frame.skipBytes(4 + 4 + (api.responseHeaderVersion((short) version) >= 1 ? 1 : 0));
        response.read(new ByteBufferAccessor(frame.nioBuffer()), (short) version);
        return (R) response;
    }

    /** The handler's answer as it would go to the socket. */
    static <Q extends ApiMessage> ByteBuf frameOf(ApiHandler<Q> handler, Api key, int version, Q request) {
        Asked asked = new Asked(key, (short) version);
        handler.handle(request, asked);
        return asked.answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Override
    public void respond(ApiMessage response) {
        if (!answer.complete(CODEC.encodeResponse(allocator(), 1, api.key(), version, response))) {
            throw new IllegalStateException("answered twice");
        }
    }

    @Override
    public void respondEncoded(List<?> parts) {
        if (!answer.complete((ByteBuf) parts.get(0))) {
            throw new IllegalStateException("answered twice");
        }
    }

    @Override
    public void respondNothing() {
        throw new IllegalStateException("a client waits for an answer");
    }

    @Override
    public void failed(Throwable why) {
        answer.completeExceptionally(why);
    }

    @Override
    public void close(String reason) {
        answer.completeExceptionally(new IllegalStateException("closed: " + reason));
    }

    @Override
    public void error(short code) {
        error = code == 0 ? error : code;
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
        return 1;
    }

    @Override
    public String clientId() {
        return "test";
    }

    @Override
    public String listenerName() {
        return FakeNode.LISTENER;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public EventLoop loop() {
        return LOOP;
    }

    @Override
    public void whenClosed(Runnable task) {
        // This connection is never closed.
    }

    @Override
    public boolean isClosed() {
        return false;
    }
}
