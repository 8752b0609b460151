package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a consumer asks of a node that gives little credit, played on a bus without a cluster. */
@Timeout(30)
class ReadsByCreditTest {
    private static final int PARTITIONS = 4_000;
    /** A request for all partitions is twice as long, and the half of what the client hopes for as well. */
    private static final int CREDIT = 64 << 10;

    private static final int KIND_AT = 1;
    private static final int API_AT = 10;
    private static final int CORRELATION_AT = 14;

    private final Vertx vertx = Vertx.vertx();
    private final Promise<Integer> allAsked = Promise.promise();
    private final BitSet asked = new BitSet();
    private volatile int partitions = PARTITIONS;

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
            message.reply(out.int64(1).int32(CREDIT).int32(1 << 20).int32(1).toBuffer());
            return;
        }
        out.int32(body.getInt(CORRELATION_AT));
        switch (body.getShort(API_AT)) {
            case 3 -> metadata(out);
            case 1 -> {
                note(body);
                out.int32(0).int16(0).int32(0).int32(0);
            }
            default -> throw new AssertionError("API " + body.getShort(API_AT));
        }
        message.reply(out.toBuffer());
    }

    private void metadata(WireWriter out) {
        out.int32(0).int32(1);
        out.int32(1).text("127.0.0.1").int32(9).text(null);
        out.text("cluster").int32(1).int32(1);
        out.int16(0).text("t").bool(false).int32(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            out.int16(0).int32(partition).int32(1).int32(1).int32(0).int32(0).int32(0);
        }
        out.int32(0).int32(0);
    }

    private synchronized void note(Buffer request) {
        WireReader in = WireReader.of(request.getBuffer(CORRELATION_AT + 4, request.length()));
        in.text();
        in.int32();
        in.int32();
        in.int32();
        in.int32();
        in.int8();
        in.int32();
        in.int32();
        int mostBytes = 0;
        for (int topics = in.int32(); topics > 0; topics--) {
            in.text();
            for (int left = in.int32(); left > 0; left--) {
                asked.set(in.int32());
                in.int32();
                in.int64();
                in.int64();
                mostBytes = in.int32();
            }
        }
        if (asked.cardinality() == partitions) {
            allAsked.tryComplete(mostBytes);
        }
    }

    private Queue<Throwable> read(ConsumerOptions options) {
        LogConsumer consumer = LogClient.of(vertx).consumer(options);
        Queue<Throwable> told = new ConcurrentLinkedQueue<>();
        consumer.exceptionHandler(told::add);
        List<TopicPartition> all = await(consumer.partitionsOf("t"));
        consumer.assign(all);
        for (TopicPartition partition : all) {
            consumer.seek(partition, 0);
        }
        consumer.handler(record -> {});
        return told;
    }

    @Test
    void allPartitionsAreReadThoughTheyAreTooManyForOneRequest() {
        Queue<Throwable> told = read(new ConsumerOptions());
        await(allAsked.future());
        assertThat(told).isEmpty();
    }

    @Test
    void aConsumerThatTakesTheLeastIsOneThatReads() {
        partitions = 1;
        Queue<Throwable> told = read(new ConsumerOptions().maxPartitionBytes(1).maxBufferedBytes(1));
        assertThat(await(allAsked.future())).isEqualTo(1);
        assertThat(told).isEmpty();
    }
}
