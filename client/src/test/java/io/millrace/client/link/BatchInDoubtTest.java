package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogClient;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that a leader may have appended before it was gone, with nodes played on a bus without a cluster. */
@Timeout(30)
class BatchInDoubtTest {
    private static final int KIND_AT = 1;
    private static final int API_AT = 10;
    private static final int CORRELATION_AT = 14;
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int SMALL_CREDIT = 64 << 10;

    private final Vertx vertx = Vertx.vertx();
    private final Map<Integer, List<Buffer>> batches = Collections.synchronizedMap(new HashMap<>());
    private volatile int leader = FIRST;

    @BeforeEach
    void twoNodes() {
        DoorCodec.register(vertx.eventBus());
        for (int id = FIRST; id <= SECOND; id++) {
            int node = id;
            batches.put(node, Collections.synchronizedList(new ArrayList<>()));
            vertx.eventBus().<Buffer>consumer(Cluster.addressOf(node), message -> serve(node, message));
        }
        vertx.eventBus().<Buffer>consumer(LinkSettings.ANY, message -> serve(SECOND, message));
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private void serve(int node, Message<Buffer> message) {
        WireWriter out = new WireWriter(64).int8(1);
        if (message.body().getByte(KIND_AT) == 0) {
            out.int64(node)
                    .int32(node == FIRST ? 4 << 20 : SMALL_CREDIT)
                    .int32(1 << 20)
                    .int32(node);
            message.reply(out.toBuffer());
            return;
        }
        if (message.body().getByte(KIND_AT) == 2) {
            message.reply(out.toBuffer());
            return;
        }
        out.int32(message.body().getInt(CORRELATION_AT));
        switch (message.body().getShort(API_AT)) {
            case 3 -> {
                message.reply(metadata(out));
                return;
            }
            case 22 -> out.int32(0).int16(0).int64(7).int16(0);
            case 0 -> {
                batches.get(node).add(batch(message.body()));
                if (node == FIRST) {
                    // It has it and is gone before it can say so.
                    leader = SECOND;
                    return;
                }
                produced(out);
            }
            default -> throw new AssertionError("API " + message.body().getShort(API_AT));
        }
        message.reply(out.toBuffer());
    }

    private Buffer metadata(WireWriter out) {
        return new PlayedMetadata(out)
                .nodes(FIRST, SECOND)
                .topics(1)
                .topic("t", 0, 0, 1)
                .partition(0, leader, leader)
                .endTopic()
                .end();
    }

    private static void produced(WireWriter out) {
        out.int32(1).text("t").int32(1);
        out.int32(0).int16(0).int64(0).int64(-1).int64(0).int32(0).text(null).int32(0);
    }

    private static Buffer batch(Buffer request) {
        WireReader in = WireReader.of(request.getBuffer(API_AT, request.length()));
        in.int16();
        in.int16();
        in.int32();
        in.text();
        in.text();
        in.int16();
        in.int32();
        in.int32();
        in.text();
        in.int32();
        in.int32();
        int size = in.int32();
        return request.getBuffer(request.length() - size, request.length());
    }

    private LogProducer producer() {
        return LogClient.of(vertx).producer(new ProducerOptions().doubtMs(10));
    }

    private static List<Future<Void>> hundredKilobytes(LogProducer producer) {
        List<Future<Void>> written = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            written.add(producer.write(new LogRecord("t", null, new byte[1000]).partition(0)));
        }
        return written;
    }

    @Test
    void oneThatAFormerLeaderMayHaveGoesToTheNextAsItIsAlsoBeyondItsCredit() {
        LogProducer producer = producer();
        List<Future<Void>> written = hundredKilobytes(producer);

        await(producer.flush());

        assertThat(written).allMatch(Future::succeeded);
        assertThat(batches.get(FIRST)).hasSize(1);
        assertThat(batches.get(SECOND)).isEqualTo(batches.get(FIRST));
    }

    @Test
    void oneThatNobodyCanHaveIsMadeSmallerWhenItIsBeyondTheCredit() {
        leader = SECOND;
        LogProducer producer = producer();
        List<Future<Void>> written = hundredKilobytes(producer);

        await(producer.flush());

        assertThat(written).allMatch(Future::succeeded);
        assertThat(batches.get(SECOND)).hasSizeGreaterThan(1).allMatch(batch -> batch.length() < SMALL_CREDIT);
    }
}
