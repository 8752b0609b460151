package io.millrace.verticles.door;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.MessageCodec;
import io.millrace.protocol.RequestHeaderDecoder;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.metrics.LoopMetrics;
import io.netty.channel.EventLoop;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection is to a Kafka client, without a socket: one application's requests, begun in the order in which they
 * came, and the credit that they may use.
 *
 * <p>Every request is answered by itself, so answers need no order. What is in flight is bounded by the credit, which the
 * client keeps to; one that does not is refused, unless it is the only such one and the door has as much left to lend: all of it, so that it
 * takes nothing from those beside it, however long it is parked. When the sender leaves the bus, parked requests end and the credit is free.
 *
 * <p>Thread: its loop, {@link #accept} and {@link #end} from anywhere.
 */
final class DoorSession {
    private static final Logger log = LoggerFactory.getLogger(DoorSession.class);

    private final long id;
    private final String sender;
    private final int creditBytes;
    private final EventLoop loop;
    private final DoorSessions owner;
    private final RequestHeaderDecoder headers;
    private final UnsentAnswers unsent;
    private final Set<BusRequest> requests = new LinkedHashSet<>();
    private int inFlightBytes;
    /** The one request that is not charged to the credit, because it was beyond it; null while there is none. */
    private BusRequest lent;

    private LoopMetrics metrics;
    private ContextInternal context;
    private boolean closed;
    private volatile long lastUsedNanos = System.nanoTime();
    private volatile boolean busy;

    DoorSession(long id, String sender, int creditBytes, EventLoop loop, DoorSessions owner) {
        this.id = id;
        this.sender = sender;
        this.creditBytes = creditBytes;
        this.loop = loop;
        this.owner = owner;
        this.unsent = new UnsentAnswers(owner.limits().unsentBytes() / DoorLimits.SHARE_OF_UNSENT, owner.unsent());
        this.headers = new RequestHeaderDecoder(owner.dispatcher().registry());
    }

    /** Takes a request of this session; keeps the order of the caller. */
    void accept(DoorMessage message) {
        lastUsedNanos = System.nanoTime();
        if (loop.inEventLoop()) {
            serve(message);
        } else {
            message.retain();
            loop.execute(() -> {
                try {
                    serve(message);
                } finally {
                    message.release();
                }
            });
        }
    }

    private void serve(DoorMessage message) {
        try {
            begin(message);
        } catch (DoorFailure refused) {
            message.envelope().fail(refused.code(), refused.getMessage());
        } catch (Throwable bug) {
            // An error too, as in DoorVerticle: memory for the request, above all.
            log.error("a request of {} could not be begun", sender, bug);
            DoorFailure failure = DoorFailure.ofUnserved(bug);
            message.envelope().fail(failure.code(), failure.getMessage());
        }
    }

    private void begin(DoorMessage message) {
        Buffer body = message.body();
        if (closed) {
            throw DoorFailure.of(DoorFailure.UNKNOWN_SESSION, "session " + id + " is closed");
        }
        boolean isBeyond = inFlightBytes + body.length() > creditBytes;
        if (isBeyond && lent != null || requests.size() >= limits().maxRequests()) {
            throw beyondCredit(body.length());
        }
        short key = body.getShort(DoorFrame.KAFKA_AT);
        ApiSpec api = owner.dispatcher().registry().spec(key);
        int size = body.length() - DoorFrame.KAFKA_AT;
        if (api == null || size > api.maxFrameBytes()) {
            throw DoorFailure.of(
                    DoorFailure.MALFORMED,
                    api == null ? "API key " + key + " is not served" : size + " bytes are too many for " + api.name());
        }
        if (metrics == null) {
            metrics = owner.metrics().here();
        }
        BusRequest request = new BusRequest(
                this, message, message.frame(DoorFrame.KAFKA_AT, key == Api.PRODUCE.key()), body.length());
        // It is one that cannot be made smaller: what may have been appended before, or what speaks for a whole group.
        if (!isBeyond) {
            inFlightBytes += body.length();
        } else if (owner.credit().lend(body.length())) {
            lent = request;
        } else {
            request.frameIsRead();
            throw beyondCredit(body.length());
        }
        requests.add(request);
        busy = true;
        dispatch(request);
    }

    private DoorFailure beyondCredit(int bytes) {
        return DoorFailure.of(
                DoorFailure.NO_CREDIT,
                inFlightBytes + " bytes in " + requests.size() + " requests are in flight, " + bytes
                        + " more are beyond the credit of " + creditBytes);
    }

    private void dispatch(BusRequest request) {
        try {
            owner.dispatcher().dispatch(headers, request.frame(), request);
            request.handled();
        } catch (MalformedRequestException malformed) {
            metrics.malformedFrames.increment();
            if (!request.isAnswered()) {
                request.refuse(DoorFailure.of(DoorFailure.MALFORMED, malformed.getMessage()));
            }
        } catch (Throwable bug) {
            // An error too: a request that nobody answers would hold its credit as long as the sender is on the bus.
            request.failed(bug);
        }
    }

    void answered(BusRequest request) {
        requests.remove(request);
        if (request == lent) {
            owner.credit().takeBack(request.chargedBytes());
            lent = null;
        } else {
            inFlightBytes -= request.chargedBytes();
        }
        busy = !requests.isEmpty();
        lastUsedNanos = System.nanoTime();
    }

    /** Ends it: what waits is abandoned; an append that is under way holds its bytes until it is settled. */
    void end() {
        if (!loop.inEventLoop()) {
            loop.execute(this::end);
            return;
        }
        if (!closed) {
            closed = true;
            new ArrayList<>(requests).forEach(BusRequest::sessionEnded);
        }
    }

    boolean isIdle(long nowNanos, long idleNanos) {
        return !busy && nowNanos - lastUsedNanos > idleNanos;
    }

    long id() {
        return id;
    }

    String sender() {
        return sender;
    }

    int creditBytes() {
        return creditBytes;
    }

    boolean isClosed() {
        return closed;
    }

    EventLoop loop() {
        return loop;
    }

    /** What is sent on its loop is sent from here. */
    ContextInternal context() {
        if (context == null) {
            context = owner.context(loop);
        }
        return context;
    }

    UnsentAnswers unsent() {
        return unsent;
    }

    DoorLimits limits() {
        return owner.limits();
    }

    LoopMetrics metrics() {
        return metrics;
    }

    MessageCodec codec() {
        return owner.dispatcher().codec();
    }

    String listenerName() {
        return owner.listenerName();
    }

    /** What sessions of one door share. */
    record Services(
            VertxInternal vertx,
            RequestDispatcher dispatcher,
            BrokerMetrics metrics,
            DoorLimits limits,
            String listenerName) {}
}
