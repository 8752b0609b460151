package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchBuilder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A partition that always has more beside one with a few records, of a node played on a bus without a cluster. */
@Timeout(30)
class TurnsOfPartitionsTest {
    private static final int ENOUGH_RECORDS = 50_000;
    private static final int BATCHES = 5;
    private static final int BATCH_RECORDS = 1_000;

    private static final int KIND_AT = 1;
    private static final int API_AT = 10;
    private static final int CORRELATION_AT = 14;

    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void node() {
        DoorCodec.register(vertx.eventBus());
        vertx.eventBus().<Buffer>consumer(Cluster.addressOf(1), this::serve);
        vertx.eventBus().<Buffer>consumer(LinkSettings.ANY, this::serve);
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

    private void serve(Message<Buffer> message) {
        WireWriter out = new WireWriter(64).int8(1);
        Buffer body = message.body();
        if (body.getByte(KIND_AT) == 0) {
            message.reply(out.int64(1).int32(64 << 10).int32(1 << 20).int32(1).toBuffer());
            return;
        }
        out.int32(body.getInt(CORRELATION_AT));
        switch (body.getShort(API_AT)) {
            case 3 -> metadata(out);
            case 1 -> found(out, wanted(body));
            default -> throw new AssertionError("API " + body.getShort(API_AT));
        }
        message.reply(out.toBuffer());
    }

    private static void metadata(WireWriter out) {
        out.int32(0).int32(1);
        out.int32(1).text("127.0.0.1").int32(9).text(null);
        out.text("cluster").int32(1).int32(1);
        out.int16(0).text("t").bool(false).int32(2);
        for (int partition = 0; partition < 2; partition++) {
            out.int16(0).int32(partition).int32(1).int32(1).int32(0).int32(0).int32(0);
        }
        out.int32(0).int32(0);
    }

    private static Map<Integer, Long> wanted(Buffer request) {
        WireReader in = WireReader.of(request.getBuffer(CORRELATION_AT + 4, request.length()));
        in.text();
        in.int32();
        in.int32();
        in.int32();
        in.int32();
        in.int8();
        in.int32();
        in.int32();
        Map<Integer, Long> offsets = new TreeMap<>();
        for (int topics = in.int32(); topics > 0; topics--) {
            in.text();
            for (int left = in.int32(); left > 0; left--) {
                int partition = in.int32();
                in.int32();
                offsets.put(partition, in.int64());
                in.int64();
                in.int32();
            }
        }
        return offsets;
    }

    private static void found(WireWriter out, Map<Integer, Long> offsets) {
        out.int32(0).int16(0).int32(0).int32(1).text("t").int32(offsets.size());
        offsets.forEach((partition, offset) -> out.int32(partition)
                .int16(0)
                .int64(offset)
                .int64(offset)
                .int64(0)
                .int32(0)
                .int32(-1)
                .sized(partition == 0 ? batches(offset, BATCHES, BATCH_RECORDS) : batches(offset, 1, 1)));
    }

    private static ByteBuffer batches(long offset, int batches, int records) {
        ByteBuffer all = ByteBuffer.allocate(batches * (100 + records * 30));
        for (int batch = 0; batch < batches; batch++) {
            BatchBuilder builder = new BatchBuilder().baseOffset(offset + (long) batch * records);
            for (int i = 0; i < records; i++) {
                builder.append(7, null, new byte[10]);
            }
            all.put(builder.buildBuffer());
        }
        return all.flip();
    }

    @Test
    void onePartitionThatAlwaysHasMoreLeavesTheOtherItsTurns() {
        LogConsumer consumer = LogClient.of(vertx).consumer(new ConsumerOptions());
        int[] counts = new int[2];
        Promise<int[]> enough = Promise.promise();
        consumer.exceptionHandler(enough::tryFail);
        List<TopicPartition> both = await(consumer.partitionsOf("t"));
        consumer.assign(both);
        both.forEach(partition -> consumer.seek(partition, 0));
        consumer.handler(record -> {
            if (++counts[record.partition()] == ENOUGH_RECORDS) {
                enough.tryComplete(counts.clone());
            }
        });

        assertThat(await(enough.future())[1]).isPositive();
        await(consumer.close());
    }
}
