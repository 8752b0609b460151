package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.oracle.FreePorts;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.cluster.DirectClusterManager;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and answers over a real bus of two: what Vert.x keeps to itself is where this client looks for it. */
class DoorRequestTest {
    private static final String ADDRESS = "b.1.echo";

    private final BusNodeId node = new BusNodeId(1, UUID.randomUUID(), "127.0.0.1", FreePorts.next());
    private final Vertx server = start(node, new BusDirectory());
    private final VertxInternal client = client();

    private VertxInternal client() {
        BusDirectory directory = new BusDirectory();
        directory.put(node);
        return (VertxInternal) start(new BusNodeId(2, UUID.randomUUID(), "127.0.0.1", FreePorts.next()), directory);
    }

    private static Vertx start(BusNodeId id, BusDirectory directory) {
        Vertx vertx = await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(id.port())))
                .withClusterManager(new DirectClusterManager(id, directory, CompletableFuture::new, 60_000))
                .buildClustered());
        DoorCodec.register(vertx.eventBus());
        return vertx;
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @AfterEach
    void close() {
        await(client.close());
        await(server.close());
    }

    private static DeliveryOptions options(long timeoutMs) {
        return new DeliveryOptions().setCodecName(DoorCodec.NAME).setSendTimeout(timeoutMs);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** Whoever read it from the bus may still be on the way out of the call that delivered it. */
    private static void awaitGivenBack(ByteBuf taken) {
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (taken.refCnt() > 0 && System.nanoTime() < untilNanos) {
            Thread.onSpinWait();
        }
        assertThat(taken.refCnt()).isZero();
    }

    @Test
    void aRequestOfSeveralPiecesArrivesAsOneAndItsLargeAnswerIsTakenFromTheBus() {
        await(server.eventBus()
                .<Buffer>consumer(
                        ADDRESS, message -> message.reply(message.body().copy(), options(10_000)))
                .completion());
        BusAnswers answers = BusAnswers.of(client);
        assertThat(answers).isNotNull().isSameAs(BusAnswers.of(client));
        for (int size : new int[] {100_000, 10, 3_000_000}) {
            byte[] bytes = random(size);
            ByteBuf pieces = Unpooled.wrappedBuffer(
                    Unpooled.wrappedBuffer(bytes, 0, size / 3),
                    Unpooled.wrappedBuffer(bytes, size / 3, size - size / 3));
            AnswerSlot slot = new AnswerSlot();
            Message<Buffer> answer = await(
                    DoorRequest.send(client, ADDRESS, BufferInternal.buffer(pieces), options(10_000), answers, slot));
            ByteBuf taken = slot.close();
            if (size < AnswerReader.LEAST_TAKEN_BYTES) {
                assertThat(taken).isNull();
                assertThat(answer.body().getBytes()).isEqualTo(bytes);
            } else {
                assertThat(answer.body().length()).isZero();
                byte[] read = new byte[taken.readableBytes()];
                taken.readBytes(read);
                assertThat(read).isEqualTo(bytes);
                taken.release();
                awaitGivenBack(taken);
            }
        }
    }

    @Test
    void aFailureAndSilenceAreToldAsTheBusTellsThem() {
        await(server.eventBus()
                .<Buffer>consumer(ADDRESS, message -> {
                    if (message.body().getByte(0) == 1) {
                        message.fail(1002, "no credit");
                    }
                })
                .completion());
        BusAnswers answers = BusAnswers.of(client);
        assertThatThrownBy(() -> await(DoorRequest.send(
                        client, ADDRESS, Buffer.buffer(new byte[] {1}), options(10_000), answers, new AnswerSlot())))
                .hasRootCauseInstanceOf(ReplyException.class)
                .rootCause()
                .matches(why -> ((ReplyException) why).failureCode() == 1002);
        assertThatThrownBy(() -> await(DoorRequest.send(
                        client, ADDRESS, Buffer.buffer(new byte[] {0}), options(50), answers, new AnswerSlot())))
                .rootCause()
                .matches(why -> ((ReplyException) why).failureType() == ReplyFailure.TIMEOUT);
    }
}
