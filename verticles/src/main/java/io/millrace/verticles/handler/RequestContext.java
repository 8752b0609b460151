package io.millrace.verticles.handler;

import io.millrace.protocol.ApiSpec;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What a handler knows about the request that it serves, and how it answers.
 *
 * <p>Thread: the getters may be called from anywhere; the answering methods too, they hop to the event loop of the
 * connection when called elsewhere.
 */
public interface RequestContext {
    /** The API that was called. */
    ApiSpec api();

    /** The version of the API, one that {@link #api()} serves. */
    short version();

    /** The client's number for this request, echoed in the answer. */
    int correlationId();

    /** The client's name for itself, or null. */
    String clientId();

    /** The name of the listener that the request came through; decides which advertised addresses it is told. */
    String listenerName();

    /** The client's address. */
    InetSocketAddress remoteAddress();

    /** Allocates what is sent to this connection. */
    ByteBufAllocator allocator();

    /** The event loop of the connection. */
    EventLoop loop();

    /** True when the connection is gone: work on the answer can be dropped, but an answer must still be given. */
    boolean isClosed();

    /**
     * Has {@code abandoned} called on the loop when the connection ends before the answer is given, so that long waits end
     * with it; the answer must still be given. At most one, set on the loop.
     */
    void whenClosed(Runnable abandoned);

    /** What a Fetch may find in all, a single batch that is larger excepted; for carriers that take no long answers. */
    default int maxResponseBytes() {
        return Integer.MAX_VALUE;
    }

    /** Answers with a generated message, encoded in the request's version. */
    void respond(ApiMessage response);

    /**
     * Answers with parts that are already encoded, the four-byte size and the response header included: {@code ByteBuf}
     * and {@code FileRegion} objects, whose ownership passes to the connection.
     */
    void respondEncoded(List<?> parts);

    /** Marks the request as one that has no answer (a Produce with acks=0). */
    void respondNothing();

    /** Closes the connection instead of answering; what was asked before is still answered first. */
    void close(String reason);

    /**
     * Has the connection closed when this request's answer is out, so that the client looks for another node; before the answer.
     * A carrier that has no connection of the client's own lets it be.
     */
    default void closeAfterwards(String reason) {}

    /**
     * There is no answer that could be given: a bug, or no memory for it. It is logged and counted, and the client hears of it: its
     * connection is closed, or the carrier refuses the request. A request that is answered already costs its connection all the same.
     */
    void failed(Throwable why);

    /** Tells the metrics that the answer carries this error code; 0 is no error. */
    void error(short code);
}
