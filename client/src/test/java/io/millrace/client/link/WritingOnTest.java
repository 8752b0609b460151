package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogClient;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.message.Metadata;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one record, or one writer, does to those beside it: nothing. */
@Timeout(30)
class WritingOnTest {
    private PlayedNode node = new PlayedNode();

    @AfterEach
    void close() {
        node.close();
    }

    private void play(PlayedNode other) {
        node.close();
        node = other;
    }

    private LogProducer producer() {
        return LogClient.of(node.vertx).producer(new ProducerOptions());
    }

    private static LogRecord record(int partition) {
        return LogRecord.of("t", null, "a").partition(partition);
    }

    private static LogError error(Future<?> failed) {
        return ((LogException) await(failed.transform(done -> Future.succeededFuture(done.cause())))).error();
    }

    @Test
    void ofAPartitionThatTheTopicDoesNotHaveFailsAlone() {
        LogProducer producer = producer();
        Future<Void> first = producer.write(record(0));
        Future<Void> waiting = producer.write(record(Integer.MAX_VALUE));
        Future<Void> last = producer.write(record(0));

        await(first);
        await(last);
        assertThat(error(waiting)).isEqualTo(LogError.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(producer.write(record(1)))).isEqualTo(LogError.UNKNOWN_TOPIC_OR_PARTITION);
        await(producer.flush());
        assertThat(producer.bufferedBytes()).isZero();
    }

    @Test
    void aPartitionThatIsNewIsAskedFor() {
        LogProducer producer = producer();
        await(producer.write(record(0)));
        node.partitions = 2;

        Future<Void> written = producer.write(record(1));
        await(producer.flush());

        assertThat(node.apis).filteredOn(api -> api == PlayedNode.METADATA).hasSize(2);
        assertThat(written.isComplete()).isTrue();
    }

    @Test
    void aTopicWhoseNameFitsIntoNoRequestHarmsNoOther() {
        LogProducer producer = producer();

        Future<Void> tooLong = producer.write(new LogRecord("x".repeat(40_000), null, new byte[10]));

        await(producer.write(record(0)));
        assertThat(error(tooLong)).isEqualTo(LogError.INVALID_TOPIC_EXCEPTION);
        assertThat(producer.bufferedBytes()).isZero();
    }

    @Test
    void aListenerThatThrowsKeepsNoOtherFromBeingTold() {
        play(new PlayedNode() {
            @Override
            void metadata(Message<Buffer> message, WireWriter out, String topic) {
                if (topic.equals("refused")) {
                    told(message, out, topic, LogError.INVALID_TOPIC_EXCEPTION.code());
                } else {
                    super.metadata(message, out, topic);
                }
            }
        });
        AtomicInteger thrown = new AtomicInteger();
        Promise<List<Future<Void>>> written = Promise.promise();
        node.vertx.runOnContext(go -> {
            node.vertx.getOrCreateContext().exceptionHandler(told -> thrown.incrementAndGet());
            LogProducer producer = producer();
            throwing(producer.write(new LogRecord("refused", null, new byte[10])));
            Future<Void> refused = producer.write(new LogRecord("refused", null, new byte[10]));
            throwing(producer.write(record(0)));
            Future<Void> flushed = producer.flush();
            written.complete(List.of(refused, flushed, flushed.compose(done -> producer.write(record(0)))));
        });

        List<Future<Void>> all = await(written.future());
        assertThat(error(all.get(0))).isEqualTo(LogError.INVALID_TOPIC_EXCEPTION);
        await(all.get(1));
        await(all.get(2));
        assertThat(thrown).hasValue(2);
    }

    private static void throwing(Future<Void> written) {
        written.onComplete(done -> {
            throw new IllegalStateException("the application's");
        });
    }

    @Test
    void aRequestThatCannotBeWrittenFailsAlone() {
        Future<WireReader> asked = Future.future(promise -> node.vertx.runOnContext(go -> {
            DoorNode door = new DoorNode(node.vertx, node.vertx.getOrCreateContext(), LinkSettings.ANY, "c", 1 << 10);
            Future<WireReader> unwritable =
                    door.call(Metadata.API, Metadata.VERSION, 10, 1_000, out -> out.text("x".repeat(40_000)));
            Future<WireReader> next = door.call(
                    Metadata.API,
                    Metadata.VERSION,
                    10,
                    20_000,
                    out -> Metadata.write(out.noTags(), List.of("t"), true));
            next.compose(answer -> {
                        assertThat(error(unwritable)).isEqualTo(LogError.MALFORMED);
                        return next;
                    })
                    .onComplete(promise);
        }));

        await(asked);
    }

    @Test
    void aRequestBeyondTheCreditThatIsParkedIsInNobodysWay() {
        play(new PlayedNode() {
            @Override
            void other(Message<Buffer> message, int api) {
                assertThat(api).as("parked").isEqualTo(JOIN_GROUP);
            }
        });
        Future<WireReader> asked = Future.future(promise -> node.vertx.runOnContext(go -> {
            DoorNode door =
                    new DoorNode(node.vertx, node.vertx.getOrCreateContext(), LinkSettings.ANY, "c", PlayedNode.CREDIT);
            ByteBuffer large = ByteBuffer.allocate(PlayedNode.CREDIT);
            door.callWhole((short) PlayedNode.JOIN_GROUP, (short) 5, large.capacity(), 60_000, out -> out.sized(large));
            door.callWhole(
                            Metadata.API,
                            Metadata.VERSION,
                            10,
                            20_000,
                            out -> Metadata.write(out.noTags(), List.of("t"), true))
                    .onComplete(promise);
        }));

        await(asked);
    }

    @Test
    void whoWritesAgainWhenItsTopicIsRefusedLeavesTheLoopToOthers() {
        play(new PlayedNode() {
            @Override
            void metadata(Message<Buffer> message, WireWriter out, String topic) {
                told(message, out, topic, LogError.INVALID_TOPIC_EXCEPTION.code());
            }
        });
        Promise<Void> over = Promise.promise();
        again(producer(), 20, over);

        await(over.future());

        assertThat(node.apis).as("each time the cluster is asked").hasSizeGreaterThanOrEqualTo(20);
    }

    private static void again(LogProducer producer, int times, Promise<Void> over) {
        producer.write(record(0)).onFailure(why -> {
            if (times == 0) {
                over.complete();
            } else {
                again(producer, times - 1, over);
            }
        });
    }

    @Test
    void aFlushEndsAlthoughEachAcknowledgementHasAnotherRecordWritten() {
        LogProducer producer = producer();
        Future<Void> written = producer.write(record(0));
        boolean[] stopped = new boolean[1];
        written.onSuccess(done -> writeOn(producer, stopped));

        await(producer.flush());
        stopped[0] = true;

        assertThat(written.succeeded()).isTrue();
    }

    private static void writeOn(LogProducer producer, boolean[] stopped) {
        producer.write(record(0)).onSuccess(done -> {
            if (!stopped[0]) {
                writeOn(producer, stopped);
            }
        });
    }

    @Test
    void manyFlushesAreDoneInTheirOrder() {
        Promise<Void> go = Promise.promise();
        play(new PlayedNode() {
            @Override
            void produce(Message<Buffer> message, WireWriter out, Buffer batch) {
                go.future().onSuccess(now -> super.produce(message, out, batch));
            }
        });
        LogProducer producer = producer();
        List<Integer> done = new ArrayList<>();
        List<Future<Void>> flushes = new ArrayList<>();
        Promise<Void> asked = Promise.promise();
        producer.write(record(0));
        for (int i = 0; i < 20_000; i++) {
            int number = i;
            flushes.add(producer.flush().onSuccess(flushed -> done.add(number)));
        }
        producer.write(record(0)).onComplete(asked);
        go.complete();

        await(Future.all(flushes));
        await(asked.future());

        assertThat(done).hasSize(20_000).isSorted();
    }
}
