package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.TopicPartition;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a consumer asks of a node that gives little credit, played on a bus without a cluster. */
@Timeout(30)
class ReadsByCreditTest {
    /** A request for all of them is twice as long as the credit, and as the half of what the client hopes for. */
    private static final int PARTITIONS = 4_000;

    private final Promise<Integer> allAsked = Promise.promise();
    private final BitSet asked = new BitSet();
    private final PlayedNode node = new PlayedNode() {
        @Override
        synchronized void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            offsets.keySet().forEach(asked::set);
            if (asked.cardinality() == partitions) {
                allAsked.tryComplete(mostPartitionBytes);
            }
            nothing(message, out);
        }
    };

    @AfterEach
    void close() {
        node.close();
    }

    private Queue<Throwable> read(ConsumerOptions options) {
        LogConsumer consumer = LogClient.of(node.vertx).consumer(options);
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
        node.partitions = PARTITIONS;
        Queue<Throwable> told = read(new ConsumerOptions());
        await(allAsked.future());
        assertThat(told).isEmpty();
    }

    @Test
    void aConsumerThatTakesTheLeastIsOneThatReads() {
        node.partitions = 1;
        Queue<Throwable> told = read(new ConsumerOptions().maxPartitionBytes(1).maxBufferedBytes(1));
        assertThat(await(allAsked.future())).isEqualTo(1);
        assertThat(told).isEmpty();
    }
}
