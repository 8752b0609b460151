package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogClient;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that fail although their leader may have them: none that comes after passes for a repetition of them. */
@Timeout(30)
class RefusedBatchTest {
    private final AtomicInteger produces = new AtomicInteger();
    private PlayedNode node;

    /** What the leader does with a batch, given how many there have been. */
    private interface Answers {
        void give(int number, Message<Buffer> message, WireWriter out, Buffer batch);
    }

    private void play(Answers answers) {
        node = new PlayedNode() {
            @Override
            void produce(Message<Buffer> message, WireWriter out, Buffer batch) {
                answers.give(produces.incrementAndGet(), message, out, batch);
            }
        };
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Future<Void> write(LogProducer producer, String value) {
        Future<Void> written = producer.write(LogRecord.of("t", null, value).partition(0));
        return PlayedNode.await(written.transform(done -> Future.succeededFuture(written)));
    }

    private static LogError error(Future<Void> failed) {
        return ((LogException) failed.cause()).error();
    }

    @Test
    void oneThatWasAppendedBeforeItWasRefused() {
        play((number, message, out, batch) -> {
            if (number != 2) {
                node.append(batch);
            }
            // The first has been appended and is said to be late; sent again, the topic takes it no more.
            PlayedNode.produced(message, out, number == 1 ? 7 : number == 2 ? 87 : 0);
        });
        LogProducer producer = LogClient.of(node.vertx).producer(new ProducerOptions().lingerMs(0));

        Future<Void> refused = write(producer, "a");
        Future<Void> next = write(producer, "b");
        Future<Void> last = write(producer, "c");

        assertThat(error(refused)).isEqualTo(LogError.INVALID_RECORD);
        assertThat(List.of(next, last)).allMatch(Future::succeeded);
        assertThat(node.appended).containsExactly("a", "b", "c");
    }

    @Test
    void oneWhoseWholeRequestIsRefused() {
        play((number, message, out, batch) -> {
            node.append(batch);
            if (number == 1) {
                message.fail(LogError.MALFORMED.code(), "{\"message\":\"internal error\"}");
            } else {
                PlayedNode.produced(message, out, 0);
            }
        });
        LogProducer producer = LogClient.of(node.vertx).producer(new ProducerOptions().lingerMs(0));

        Future<Void> refused = write(producer, "a");
        Future<Void> next = write(producer, "b");

        assertThat(error(refused)).isEqualTo(LogError.MALFORMED);
        assertThat(next.succeeded()).isTrue();
        assertThat(node.appended).containsExactly("a", "b");
    }

    @Test
    void afterOneThatWasRefusedTheFirstTimeTheNextTakesItsSequences() {
        play((number, message, out, batch) -> {
            if (number > 1) {
                node.append(batch);
            }
            PlayedNode.produced(message, out, number == 1 ? 87 : 0);
        });
        LogProducer producer = LogClient.of(node.vertx).producer(new ProducerOptions().lingerMs(0));

        assertThat(write(producer, "a").failed()).isTrue();
        assertThat(write(producer, "b").succeeded()).isTrue();

        assertThat(node.appended).containsExactly("b");
        assertThat(node.apis)
                .filteredOn(api -> api == PlayedNode.INIT_PRODUCER_ID)
                .hasSize(1);
    }
}
