package io.millrace.verticles.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.verticles.handler.RequestContext;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What sessions are given, and what a single request is lent. */
@Timeout(30)
class DoorCreditTest {
    private static final int WANTED = 4 << 20;
    private static final String DOOR = "door";

    @Test
    void whoComesLateIsGivenLessButNeverLessThanABatchOfTheDefaultSize() {
        DoorCredit credit = new DoorCredit(DoorLimits.within(128 << 20));
        assertThat(credit.give(WANTED)).isEqualTo(WANTED);

        int sessions = 1;
        int last = WANTED;
        for (int bytes = credit.give(WANTED); bytes > 0; bytes = credit.give(WANTED)) {
            assertThat(bytes).isBetween(DoorLimits.BATCH_SESSION_BYTES, last);
            last = bytes;
            sessions++;
        }

        assertThat(sessions).isGreaterThan(2 * (32 << 20) / WANTED);
        assertThat(credit.freeBytes()).isBetween(0L, DoorLimits.BATCH_SESSION_BYTES - 1L);
    }

    @Test
    void aSmallDoorGivesSmallSessions() {
        DoorCredit credit = new DoorCredit(DoorLimits.within(1 << 20));

        assertThat(List.of(
                        credit.give(WANTED), credit.give(1), credit.give(WANTED), credit.give(WANTED), credit.give(1)))
                .containsExactly(64 << 10, 64 << 10, 64 << 10, 64 << 10, 0);
    }

    @Test
    void aRequestBeyondTheCreditIsLentAllOfItOneAtATimeAndLeavesTheCreditToOthers() {
        Vertx vertx = Vertx.vertx();
        try {
            ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
            Promise<RequestContext> held = Promise.promise();
            Promise<RequestContext> beside = Promise.promise();
            RequestDispatcher dispatcher = new RequestDispatcher(ApiRegistry.standard(1 << 20))
                    .serve(Api.PRODUCE, (body, version, account) -> body, (ByteBuf body, RequestContext request) -> {
                        if (!held.tryComplete(request)) {
                            beside.complete(request);
                        }
                    });
            DoorSessions sessions = new DoorSessions(
                    new DoorSession.Services(
                            (VertxInternal) vertx,
                            dispatcher,
                            new BrokerMetrics(),
                            DoorLimits.within(1 << 20),
                            "PLAINTEXT"),
                    List.of(context.nettyEventLoop()));
            DoorSession session = sessions.open("sender", 64 << 10);
            long free = sessions.credit().freeBytes();
            DoorCodec codec = new DoorCodec();
            DeliveryOptions asDoor = new DeliveryOptions().setCodecName(codec.name());
            vertx.eventBus().registerCodec(codec);
            vertx.eventBus().<Buffer>consumer(DOOR, message -> session.accept(DoorMessage.of(message, message.body())));

            assertThat(refusal(vertx.eventBus().request(DOOR, produce(300 << 10), asDoor)))
                    .isEqualTo(DoorFailure.NO_CREDIT);
            Future<Message<Buffer>> answer = vertx.eventBus().request(DOOR, produce(100 << 10), asDoor);
            RequestContext request = DoorBroker.await(held.future());
            long freeMeanwhile = sessions.credit().freeBytes();
            assertThat(refusal(vertx.eventBus().request(DOOR, produce(65 << 10), asDoor)))
                    .isEqualTo(DoorFailure.NO_CREDIT);
            Future<Message<Buffer>> within = vertx.eventBus().request(DOOR, produce(64 << 10), asDoor);
            DoorBroker.await(beside.future())
                    .respondEncoded(List.of(Unpooled.buffer().writeInt(0)));
            DoorBroker.await(within);
            request.respondEncoded(List.of(Unpooled.buffer().writeInt(0)));
            DoorBroker.await(answer);
            Promise<Long> freeAfterwards = Promise.promise();
            // The answer is sent before the loan is given back: what the loop does next comes after both.
            context.runOnContext(go -> freeAfterwards.complete(sessions.credit().freeBytes()));

            assertThat(freeMeanwhile).isEqualTo(free - (100 << 10));
            assertThat(DoorBroker.await(freeAfterwards.future())).isEqualTo(free);
        } finally {
            DoorBroker.await(vertx.close());
        }
    }

    private static int refusal(Future<?> asked) {
        return catchThrowableOfType(ReplyException.class, () -> DoorBroker.await(asked))
                .failureCode();
    }

    private static Buffer produce(int bytes) {
        Buffer body = Buffer.buffer(new byte[DoorFrame.KAFKA_AT]);
        body.appendShort(Api.PRODUCE.key()).appendShort((short) 8).appendInt(7).appendShort((short) -1);
        return body.appendBytes(new byte[bytes - body.length()]);
    }
}
