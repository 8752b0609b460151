package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer of a topic that was deleted asks for it less and less often. */
@Timeout(30)
class MissingTopicTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int BACKOFF_MS = 10;
    private static final int QUESTIONS = 8;
    /** What is waited in between is doubled each time, from the second time on at the latest. */
    private static final int LEAST_MS = BACKOFF_MS * (1 + 2 + 4 + 8 + 16 + 32);

    private final AtomicInteger questions = new AtomicInteger();
    private final Promise<Void> asked = Promise.promise();

    private final PlayedNode node = new PlayedNode() {
        @Override
        void metadata(Message<Buffer> message, WireWriter out, String topic) {
            if (questions.incrementAndGet() == QUESTIONS) {
                asked.complete();
            }
            told(message, out, topic, LogError.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
    };

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest(name = "its position is known: {0}")
    @ValueSource(booleans = {true, false})
    void isAskedForLessAndLessOften(boolean hasPosition) {
        LogConsumer consumer = LogClient.of(node.vertx).consumer(new ConsumerOptions().retryBackoffMs(BACKOFF_MS));
        long beforeNanos = System.nanoTime();

        consumer.assign(List.of(PARTITION));
        if (hasPosition) {
            consumer.seek(PARTITION, 5);
        }
        consumer.handler(record -> {});

        await(asked.future());
        assertThat(System.nanoTime() - beforeNanos).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(LEAST_MS));
    }
}
