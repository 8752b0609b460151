package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchBuilder;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A partition that always has more beside one with a few records, of a node played on a bus without a cluster. */
@Timeout(30)
class TurnsOfPartitionsTest {
    private static final int ENOUGH_RECORDS = 50_000;
    private static final int BATCHES = 5;
    private static final int BATCH_RECORDS = 1_000;

    private final PlayedNode node = new PlayedNode() {
        @Override
        void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            found(out, offsets);
            message.reply(out.toBuffer());
        }
    };

    @AfterEach
    void close() {
        node.close();
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
        node.partitions = 2;
        LogConsumer consumer = LogClient.of(node.vertx).consumer(new ConsumerOptions());
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
