package io.millrace.client.link;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * One node's door: a session there, opened when first used, and the credit that its requests share.
 *
 * <p>A request that finds no credit waits its turn here; the bus itself would queue without bound.
 *
 * <p>Thread: the client's context.
 */
public final class DoorNode {
    private static final byte VERSION = 1;
    private static final byte OPEN = 0;
    private static final byte REQUEST = 1;
    private static final byte CLOSE = 2;
    private static final long OPEN_TIMEOUT_MS = 2_000;
    private static final int SLACK_REQUESTS = 200;
    /** Envelope, header and a small body; what is long is not copied into it. */
    private static final int HEAD_BYTES = 512;

    private final VertxInternal vertx;
    private final BusAnswers answers;
    private final Context context;
    private final String clientId;
    private final int wantedCreditBytes;
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    private final String firstAddress;
    private String address;
    private Session session;
    /** What the node gave last; until it has given any, what is wanted. */
    private int creditBytes;

    private boolean opening;
    private boolean closed;
    private int correlation;

    /** What is in flight over a session. */
    private static final class Session {
        private final long id;
        private final int creditBytes;
        private final int brokerId;
        private int usedBytes;
        private int requests;
        /** One of them is beyond the credit: the node has lent all of it, and lends no other one meanwhile. */
        private boolean lent;

        private Session(long id, int creditBytes, int brokerId) {
            this.id = id;
            this.creditBytes = creditBytes;
            this.brokerId = brokerId;
        }

        private boolean hasRoom(int bytes) {
            return usedBytes + bytes <= creditBytes;
        }
    }

    private record Call(
            short api,
            short version,
            Consumer<WireWriter> body,
            int expectedBytes,
            long timeoutMs,
            Kind kind,
            Promise<WireReader> answer) {
        Call of(int bytes) {
            return new Call(api, version, body, bytes, timeoutMs, kind, answer);
        }
    }

    /** What is special about a call. */
    private enum Kind {
        USUAL,
        /** Its answer may be large. */
        FOR_MUCH,
        /** It goes out as it is, also beyond the credit. */
        WHOLE
    }

    DoorNode(Vertx vertx, Context context, String address, String clientId, int wantedCreditBytes) {
        this.vertx = (VertxInternal) vertx;
        this.answers = BusAnswers.of(vertx);
        this.context = context;
        this.firstAddress = address;
        this.address = address;
        this.clientId = clientId;
        this.wantedCreditBytes = wantedCreditBytes;
        this.creditBytes = wantedCreditBytes;
        DoorCodec.register(vertx.eventBus());
    }

    private static DeliveryOptions options(long timeoutMs) {
        return new DeliveryOptions().setCodecName(DoorCodec.NAME).setSendTimeout(timeoutMs);
    }

    /**
     * Asks the node.
     *
     * @param expectedBytes about the size of the body
     * @param timeoutMs from when it is sent; waiting for credit is not counted
     * @return the answer's body on the client's context; fails with a {@link LogException}
     */
    public Future<WireReader> call(
            short api, short version, int expectedBytes, long timeoutMs, Consumer<WireWriter> body) {
        return call(api, version, expectedBytes, timeoutMs, Kind.USUAL, body);
    }

    /** The same for an answer that may be large and lie outside of the heap: the caller has to {@link WireReader#release} it. */
    public Future<WireReader> callForMuch(
            short api, short version, int expectedBytes, long timeoutMs, Consumer<WireWriter> body) {
        return call(api, version, expectedBytes, timeoutMs, Kind.FOR_MUCH, body);
    }

    /** The same for a request that must not be made smaller: when it is beyond the credit, the node lends all of it or refuses it for now. */
    public Future<WireReader> callWhole(
            short api, short version, int expectedBytes, long timeoutMs, Consumer<WireWriter> body) {
        return call(api, version, expectedBytes, timeoutMs, Kind.WHOLE, body);
    }

    private Future<WireReader> call(
            short api, short version, int expectedBytes, long timeoutMs, Kind kind, Consumer<WireWriter> body) {
        Promise<WireReader> answer = Promise.promise();
        if (closed) {
            answer.fail(new LogException(LogError.CLOSED, null));
            return answer.future();
        }
        waiting.add(new Call(api, version, body, expectedBytes, timeoutMs, kind, answer));
        pump();
        return answer.future();
    }

    private void pump() {
        if (waiting.isEmpty()) {
            return;
        }
        if (session == null) {
            open();
            return;
        }
        while (!waiting.isEmpty() && hasCredit(session, waiting.peek())) {
            send(session, waiting.poll());
        }
    }

    /** One request always may go, however large: the node refuses it if it must. */
    private static boolean hasCredit(Session session, Call next) {
        return session.requests == 0
                || session.requests < SLACK_REQUESTS
                        && (session.hasRoom(next.expectedBytes() + 256) || next.kind() == Kind.WHOLE && !session.lent);
    }

    private void open() {
        if (opening) {
            return;
        }
        opening = true;
        Buffer frame = new WireWriter(8)
                .int8(VERSION)
                .int8(OPEN)
                .int32(wantedCreditBytes)
                .toBuffer();
        vertx.eventBus()
                .<Buffer>request(address, frame, options(OPEN_TIMEOUT_MS))
                .onComplete(reply -> context.runOnContext(go -> {
                    opening = false;
                    if (reply.succeeded()) {
                        opened(reply.result());
                    } else {
                        refuse(LogException.of(reply.cause()));
                    }
                }));
    }

    private void opened(Message<Buffer> reply) {
        try {
            WireReader in = WireReader.of(reply.body());
            checkVersion(in);
            long id = in.int64();
            creditBytes = in.int32();
            in.int32();
            session = new Session(id, creditBytes, in.int32());
        } catch (LogException malformed) {
            refuse(malformed);
            return;
        }
        // A session belongs to one node: what was opened with anybody goes on with whoever it was.
        address = Cluster.addressOf(session.brokerId);
        if (closed) {
            giveBack();
        } else {
            pump();
        }
    }

    private static void checkVersion(WireReader in) {
        byte version = in.int8();
        if (version != VERSION) {
            throw new LogException(LogError.PROTOCOL, "envelope version " + version + ", this client knows " + VERSION);
        }
    }

    private void refuse(LogException why) {
        ArrayDeque<Call> all = new ArrayDeque<>(waiting);
        waiting.clear();
        all.forEach(call -> call.answer().fail(why));
    }

    private WireWriter request(Session over, Call call, int number) {
        WireWriter out = new WireWriter(HEAD_BYTES)
                .int8(VERSION)
                .int8(REQUEST)
                .int64(over.id)
                .int16(call.api())
                .int16(call.version())
                .int32(number)
                .text(clientId);
        call.body().accept(out);
        return out;
    }

    private void send(Session over, Call call) {
        int number = correlation++;
        WireWriter out;
        try {
            out = request(over, call, number);
        } catch (RuntimeException unwritable) {
            // A name that is too long, above all: no reason to leave those behind it unsent.
            LogException why = new LogException(LogError.MALFORMED, unwritable.getMessage());
            context.runOnContext(go -> call.answer().fail(why));
            return;
        }
        int bytes = out.size();
        if (bytes > over.creditBytes && call.kind() != Kind.WHOLE) {
            // The node may refuse it whenever it comes: who sent it may send less. Told later, as every answer:
            // who asks may be in the middle of asking several nodes.
            LogException tooLarge = new LogException(
                    LogError.MESSAGE_TOO_LARGE,
                    bytes + " bytes in one request, the node's credit is " + over.creditBytes);
            context.runOnContext(go -> call.answer().fail(tooLarge));
            return;
        }
        boolean isLent = call.kind() == Kind.WHOLE && !over.hasRoom(bytes);
        if (isLent && over.lent) {
            waiting.addFirst(call.of(bytes));
            return;
        }
        int charged = isLent ? 0 : bytes;
        over.lent |= isLent;
        over.usedBytes += charged;
        over.requests++;
        AnswerSlot slot = new AnswerSlot();
        DoorRequest.send(
                        vertx,
                        address,
                        out.toBuffer(),
                        options(call.timeoutMs()),
                        call.kind() == Kind.FOR_MUCH ? answers : null,
                        slot)
                .onComplete(reply -> context.runOnContext(go -> {
                    over.usedBytes -= charged;
                    over.requests--;
                    over.lent &= !isLent;
                    ByteBuf taken = slot.close();
                    if (taken != null) {
                        answered(number, WireReader.holding(taken), call.answer());
                    } else if (reply.succeeded()) {
                        answered(number, WireReader.of(reply.result().body()), call.answer());
                    } else {
                        failed(over, LogException.of(reply.cause()), call.answer());
                    }
                    if (session != over && over.requests == 0 && !closed) {
                        // Given up for another one: the node would keep its credit until it has been idle for long.
                        giveBack(over);
                    }
                    pump();
                }));
    }

    private static void answered(int number, WireReader in, Promise<WireReader> answer) {
        try {
            checkVersion(in);
            if (in.remaining() > 0 && in.int32() != number) {
                throw new LogException(LogError.PROTOCOL, "the answer of another request");
            }
        } catch (LogException malformed) {
            in.release();
            answer.fail(malformed);
            return;
        }
        answer.complete(in);
    }

    private void failed(Session over, LogException why, Promise<WireReader> answer) {
        boolean lost = why.error() == LogError.UNKNOWN_SESSION
                || why.error() == LogError.NODE_UNREACHABLE
                || why.error() == LogError.TIMED_OUT;
        if (lost && session == over) {
            // The node may have been started anew: the next request opens a session with what is there now.
            session = null;
            // And who was anybody may be gone for good: somebody else is as good.
            address = firstAddress;
        }
        answer.fail(why);
    }

    /** What requests may have in flight here, as far as is known: the node may give less than is wanted. */
    public int creditBytes() {
        return creditBytes;
    }

    /** The node that answers here; -1 before a session is open. */
    int brokerId() {
        return session == null ? -1 : session.brokerId;
    }

    /** Gives the session back; what is in flight is answered or not. */
    Future<Void> close() {
        closed = true;
        refuse(new LogException(LogError.CLOSED, null));
        return giveBack();
    }

    private Future<Void> giveBack() {
        Session open = session;
        session = null;
        return open == null ? Future.succeededFuture() : giveBack(open);
    }

    private Future<Void> giveBack(Session over) {
        Buffer frame =
                new WireWriter(16).int8(VERSION).int8(CLOSE).int64(over.id).toBuffer();
        return vertx.eventBus()
                .<Buffer>request(Cluster.addressOf(over.brokerId), frame, options(OPEN_TIMEOUT_MS))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }
}
