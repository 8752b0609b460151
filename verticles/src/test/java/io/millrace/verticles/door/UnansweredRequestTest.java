package io.millrace.verticles.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.Errors;
import io.millrace.verticles.handler.RequestContext;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A read whose answer cannot be put together: it is refused, and keeps nothing of what it was given. */
@Timeout(30)
class UnansweredRequestTest {
    private static final short FETCH_VERSION = 4;
    private static final String DOOR = "door";
    private static final DoorCodec CODEC = new DoorCodec();
    private static final DeliveryOptions OPTIONS = new DeliveryOptions().setCodecName(CODEC.name());

    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();

    private DoorSessions doors;

    @AfterEach
    void close() {
        DoorBroker.await(vertx.close());
    }

    static List<Throwable> failures() {
        return DoorMessageTest.failures();
    }

    private static Buffer fetch() {
        Buffer body = Buffer.buffer(new byte[DoorFrame.KAFKA_AT]);
        return body.appendShort(Api.FETCH.key())
                .appendShort(FETCH_VERSION)
                .appendInt(7)
                .appendShort((short) -1);
    }

    private DoorSession serve(RequestDispatcher dispatcher) {
        doors = new DoorSessions(
                new DoorSession.Services(
                        (VertxInternal) vertx,
                        dispatcher,
                        new BrokerMetrics(),
                        DoorLimits.within(1 << 20),
                        "PLAINTEXT"),
                List.of(context.nettyEventLoop()));
        DoorSession session = doors.open("sender", 1 << 16);
        vertx.eventBus().registerCodec(CODEC);
        vertx.eventBus().<Buffer>consumer(DOOR, message -> session.accept(DoorMessage.of(message, message.body())));
        return session;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aReadWithoutAnAnswerIsRefusedAndKeepsNoCredit(Throwable why) {
        ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
        RequestDispatcher dispatcher = new RequestDispatcher(ApiRegistry.standard(1 << 20))
                .serve(
                        Api.FETCH,
                        (body, version, account) -> body,
                        (ByteBuf body, RequestContext request) ->
                                request.respondEncoded(List.of(first, new UnreadableRegion(why))));
        DoorSession session = serve(dispatcher);

        ReplyException refused = catchThrowableOfType(
                ReplyException.class, () -> DoorBroker.await(vertx.eventBus().request(DOOR, fetch(), OPTIONS)));

        assertThat(refused.failureCode())
                .isEqualTo(why instanceof Error ? DoorFailure.NO_CREDIT : Errors.KAFKA_STORAGE_ERROR.code());
        assertThat(new JsonObject(refused.getMessage()).getBoolean("retriable")).isTrue();
        assertThat(first.refCnt()).isZero();
        assertThat(session.unsent().bytes()).isZero();
        assertThat(doors.unsent().bytes()).isZero();
        // The refusal is sent before the credit is given back: what the loop does next comes after both.
        assertThat(DoorBroker.await(idle(session))).isTrue();
    }

    @Test
    void aSecondAnswerKeepsNothingOfWhatItWasGiven() {
        ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
        ByteBuf second = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
        DoorSession session = serve(new RequestDispatcher(ApiRegistry.standard(1 << 20))
                .serve(Api.FETCH, (body, version, account) -> body, (ByteBuf body, RequestContext request) -> {
                    request.respondEncoded(List.of(first));
                    request.respondEncoded(List.of(second));
                }));

        DoorBroker.await(vertx.eventBus().request(DOOR, fetch(), OPTIONS));

        assertThat(DoorBroker.await(idle(session))).isTrue();
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        assertThat(session.unsent().bytes()).isZero();
        assertThat(doors.unsent().bytes()).isZero();
    }

    private Future<Boolean> idle(DoorSession session) {
        Promise<Boolean> idle = Promise.promise();
        context.runOnContext(go -> idle.complete(session.isIdle(System.nanoTime() + TimeUnit.HOURS.toNanos(1), 1)));
        return idle.future();
    }
}
