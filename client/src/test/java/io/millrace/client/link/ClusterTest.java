package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.TopicPartition;
import io.millrace.client.message.Metadata;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a client asks the way, with nodes played on a bus without a cluster. */
@Timeout(30)
class ClusterTest {
    private static final int KIND_AT = 1;
    private static final int CORRELATION_AT = 14;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Map<Integer, Integer> questions = new TreeMap<>();
    private final Map<String, MessageConsumer<Buffer>> doors = new HashMap<>();
    private volatile long topicId = 1;
    private volatile int partitions = 1;
    private volatile Leader leader = new Leader(2, 5);
    private Cluster cluster;

    @BeforeEach
    void threeNodes() {
        cluster = new Cluster(vertx, context, new LinkSettings(LinkSettings.ANY, "test", 1 << 20, 1_000));
        node(LinkSettings.ANY, 3);
        for (int id = 1; id <= 3; id++) {
            node(Cluster.addressOf(id), id);
        }
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

    private void node(String address, int id) {
        DoorCodec.register(vertx.eventBus());
        MessageConsumer<Buffer> door = vertx.eventBus().consumer(address, message -> {
            WireWriter out = new WireWriter(64).int8(1);
            if (message.body().getByte(KIND_AT) == 0) {
                out.int64(id).int32(1 << 20).int32(1 << 20).int32(id);
            } else {
                questions.merge(id, 1, Integer::sum);
                out.int32(message.body().getInt(CORRELATION_AT));
                PlayedMetadata told = new PlayedMetadata(out).nodes(1, 2, 3).topics(1);
                told.topic("t", 0, topicId, partitions);
                for (int partition = 0; partition < partitions; partition++) {
                    told.partition(partition, leader.brokerId(), leader.epoch());
                }
                told.endTopic().end();
            }
            message.reply(out.toBuffer());
        });
        doors.put(address, door);
    }

    private void gone(String address) {
        await(doors.remove(address).unregister());
    }

    /** The node that answered at the public address is gone, and another one answers there. */
    private void thirdDiesForGood() {
        gone(LinkSettings.ANY);
        gone(Cluster.addressOf(3));
        node(LinkSettings.ANY, 1);
    }

    /** Asks so often, with or without an answer, while requests to these nodes stay overdue. */
    private void askInDoubtOf(List<Integer> overdue, int times) {
        Promise<Void> asked = Promise.promise();
        context.runOnContext(go -> {
            questions.clear();
            Future<Void> last = Future.succeededFuture();
            for (int i = 0; i < times; i++) {
                last = last.compose(before -> {
                    overdue.forEach(cluster::doubt);
                    return cluster.refresh(List.of()).otherwiseEmpty();
                });
            }
            last.onComplete(asked);
        });
        await(asked.future());
    }

    /** Asks so often, one after the other, on the client's context. */
    private void ask(int times) {
        Promise<Void> asked = Promise.promise();
        context.runOnContext(go -> {
            questions.clear();
            Future<Void> last = Future.succeededFuture();
            for (int i = 0; i < times; i++) {
                last = last.compose(before -> cluster.refresh(List.of()));
            }
            last.onComplete(asked);
        });
        await(asked.future());
    }

    private void onContext(Runnable task) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> {
            task.run();
            done.complete();
        });
        await(done.future());
    }

    @Test
    void whoOwesAnAnswerIsNotAskedTheWayUntilItHasAnswered() {
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);

        onContext(() -> cluster.doubt(1));
        ask(12);
        assertThat(questions).containsOnlyKeys(2, 3);

        onContext(() -> cluster.trust(1));
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void whoAnsweredAtThePublicAddressIsLeftOutThereToo() {
        ask(12);
        onContext(() -> cluster.doubt(3));
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2);
    }

    @Test
    void whenAllAreInDoubtAllAreAsked() {
        ask(1);
        onContext(() -> List.of(1, 2, 3).forEach(cluster::doubt));
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void whenTheOnlyOneNotInDoubtIsDeadTheOthersAreAskedAgain() {
        ask(12);
        thirdDiesForGood();

        askInDoubtOf(List.of(1, 2), 12);
        assertThat(questions).containsOnlyKeys(1, 2);

        // The overdue requests have ended without an answer that would end the doubt.
        askInDoubtOf(List.of(), 12);
        assertThat(questions).containsOnlyKeys(1, 2);
    }

    @Test
    void aDoubtEndsWhenAnotherNodeDoesNotAnswerEither() {
        ask(12);
        onContext(() -> cluster.doubt(1));
        gone(Cluster.addressOf(2));
        askInDoubtOf(List.of(), 12);
        node(Cluster.addressOf(2), 2);
        ask(4);

        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void whenAllAreInDoubtAndWhoAnsweredAtThePublicAddressIsDeadTheOthersAreAsked() {
        ask(1);
        thirdDiesForGood();

        askInDoubtOf(List.of(1, 2, 3), 12);
        assertThat(questions).containsOnlyKeys(1, 2);
    }

    private Leader told() {
        ask(1);
        return cluster.leader(new TopicPartition("t", 0));
    }

    @Test
    void anOlderLeaderIsNotBelievedUnlessItIsThatOfAnotherTopicOfTheSameName() {
        assertThat(told()).isEqualTo(new Leader(2, 5));

        leader = new Leader(3, 4);
        assertThat(told()).as("who says it lags behind").isEqualTo(new Leader(2, 5));

        // It has been deleted and created anew, and nobody has asked meanwhile.
        topicId = 2;
        leader = new Leader(1, 0);
        assertThat(told()).isEqualTo(new Leader(1, 0));
    }

    @Test
    void whoLagsBehindTakesNoPartitionsBackUnlessTheTopicIsAnotherOne() {
        partitions = 3;
        assertThat(told()).isEqualTo(new Leader(2, 5));

        partitions = 1;
        leader = new Leader(3, 6);
        assertThat(told()).isEqualTo(new Leader(3, 6));
        assertThat(cluster.partitionCount("t")).isEqualTo(3);
        assertThat(cluster.leader(new TopicPartition("t", 2))).isEqualTo(new Leader(2, 5));

        topicId = 2;
        assertThat(told()).isEqualTo(new Leader(3, 6));
        assertThat(cluster.partitionCount("t")).isEqualTo(1);
    }

    @Test
    void anybodyIsSomebodyElseWhenItsNodeIsGone() {
        DoorNode anybody = new DoorNode(vertx, context, LinkSettings.ANY, "test", 1 << 16);
        List<Integer> answeredBy = new ArrayList<>();
        for (boolean dead : new boolean[] {false, true, false}) {
            if (dead) {
                thirdDiesForGood();
            }
            Promise<Void> asked = Promise.promise();
            context.runOnContext(go -> anybody.call(
                            Metadata.API, Metadata.VERSION, 64, 1_000, out -> Metadata.write(out, List.of(), true))
                    .onComplete(answer -> {
                        answeredBy.add(answer.succeeded() ? anybody.brokerId() : -1);
                        asked.complete();
                    }));
            await(asked.future());
        }
        assertThat(answeredBy).containsExactly(3, -1, 1);
    }
}
