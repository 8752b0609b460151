package io.millrace.verticles.listener;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.HeapCharge;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.MessageCodec;
import io.millrace.protocol.RequestHeader;
import io.millrace.protocol.RequestHeaderDecoder;
import io.millrace.verticles.handler.ApiHandler;
import io.netty.buffer.ByteBuf;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Finds the handler of a request by the API registry, and decodes the request for it.
 *
 * <p>What is advertised, bounded and dispatched comes from one {@link ApiRegistry}: {@link #checkComplete} refuses to
 * start with an API that is advertised and has no handler.
 *
 * <p>Thread: filled before the first connection, then read from any event loop.
 */
public final class RequestDispatcher {
    /** Turns the body of a request, which begins at the buffer's reader index, into what its handler takes. */
    @FunctionalInterface
    public interface BodyDecoder<Q> {
        /**
         * Decodes one body and says what heap that took; a body that breaks the protocol throws {@link
         * MalformedRequestException}.
         */
        Q decode(ByteBuf body, short version, HeapCharge account);
    }

    private record Route<Q>(BodyDecoder<Q> decoder, boolean keepsFrame, ApiHandler<Q> handler) {
        void serve(ByteBuf body, InboundRequest request) {
            Q decoded = decoder.decode(body, request.version(), request);
            if (!keepsFrame) {
                request.frameIsRead();
            }
            handler.handle(decoded, request);
        }
    }

    private final ApiRegistry registry;
    private final MessageCodec codec;
    private final Route<?>[] routes = new Route<?>[Byte.MAX_VALUE];
    private ApiHandler<Void> unsupportedApiVersions;

    /** Creates a dispatcher without handlers. */
    public RequestDispatcher(ApiRegistry registry) {
        this.registry = registry;
        this.codec = new MessageCodec(registry);
    }

    /** Serves an API with a lean codec of its own, whose requests refer to the frame until they are answered. */
    public <Q> RequestDispatcher serve(Api api, BodyDecoder<Q> decoder, ApiHandler<Q> handler) {
        routes[api.key()] = new Route<>(decoder, true, handler);
        return this;
    }

    /** The same for a codec that keeps nothing of the frame: a request that waits long then holds no frame's memory. */
    public <Q> RequestDispatcher serveDetached(Api api, BodyDecoder<Q> decoder, ApiHandler<Q> handler) {
        routes[api.key()] = new Route<>(decoder, false, handler);
        return this;
    }

    /** Serves an API by its generated message class; {@code Q} must be the request class of {@code api}. */
    @SuppressWarnings("unchecked")
    public <Q extends ApiMessage> RequestDispatcher serve(Api api, ApiHandler<Q> handler) {
        ApiSpec spec = registry.spec(api.key());
        return serve(api, (body, version, account) -> (Q) codec.decode(spec, version, body, account), handler);
    }

    /** The same as {@link #serveDetached(Api, BodyDecoder, ApiHandler)} for a generated class without views of the frame. */
    @SuppressWarnings("unchecked")
    public <Q extends ApiMessage> RequestDispatcher serveDetached(Api api, ApiHandler<Q> handler) {
        ApiSpec spec = registry.spec(api.key());
        return serveDetached(api, (body, version, account) -> (Q) codec.decode(spec, version, body, account), handler);
    }

    /** Answers ApiVersions requests of a version that is not known, the only API where that is not the end. */
    public RequestDispatcher serveUnsupportedApiVersions(ApiHandler<Void> handler) {
        unsupportedApiVersions = handler;
        return this;
    }

    /** Throws when an API of the registry has no handler. */
    public void checkComplete() {
        for (ApiSpec api : registry.specs()) {
            if (routes[api.key()] == null) {
                throw new IllegalStateException(api.name() + " is advertised but has no handler");
            }
        }
    }

    /**
     * Reads a request's header and serves it.
     *
     * @param frame a whole frame without its four length bytes, its memory {@code request}'s to give back
     * @throws MalformedRequestException when the frame breaks the protocol
     */
    public void dispatch(RequestHeaderDecoder headers, ByteBuf frame, InboundRequest request) {
        RequestHeader header = headers.decode(frame);
        ApiSpec api = header.api();
        request.identify(api, header.version(), header.correlationId(), header.clientId());
        if (api.serves(header.version())) {
            routes[api.key()].serve(frame, request);
        } else if (api.key() == Api.API_VERSIONS.key() && unsupportedApiVersions != null) {
            unsupportedApiVersions.handle(null, request);
        } else {
            throw new MalformedRequestException(api.name() + " version " + header.version() + " is not served");
        }
    }

    /** Encodes answers of every API that is served. */
    public MessageCodec codec() {
        return codec;
    }

    /** What is served. */
    public ApiRegistry registry() {
        return registry;
    }
}
