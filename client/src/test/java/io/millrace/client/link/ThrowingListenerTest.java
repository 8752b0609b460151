package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application throws when it is told that something is done is not at the cost of what is told next. */
@Timeout(30)
class ThrowingListenerTest {
    private final PlayedNode node = new PlayedNode();
    private final Context context = node.vertx.getOrCreateContext();
    private final List<String> thrown = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void listen() {
        context.exceptionHandler(why -> thrown.add(why.getMessage()));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static void fail() {
        throw new IllegalStateException("of the application");
    }

    @Test
    void othersHearOfTheirPartitions() {
        Promise<List<TopicPartition>> told = Promise.promise();
        context.runOnContext(go -> {
            LogConsumer consumer = LogClient.of(node.vertx).consumer(new ConsumerOptions());
            // The other two share the next question.
            consumer.partitionsOf("t");
            consumer.partitionsOf("t").onComplete(partitions -> fail());
            consumer.partitionsOf("t").onComplete(told);
        });

        assertThat(await(told.future())).containsExactly(new TopicPartition("t", 0));
        assertThat(thrown).containsExactly("of the application");
    }

    @Test
    void othersHearThatAllIsFlushed() {
        Promise<Void> told = Promise.promise();
        context.runOnContext(go -> {
            LogProducer producer = LogClient.of(node.vertx).producer(new ProducerOptions());
            producer.write(LogRecord.of("t", null, "a"));
            producer.flush().onComplete(flushed -> fail());
            producer.flush().onComplete(told);
        });

        await(told.future());
        assertThat(node.appended).containsExactly("a");
        assertThat(thrown).containsExactly("of the application");
    }
}
