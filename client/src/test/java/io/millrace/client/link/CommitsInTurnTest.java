package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commits of a member whose coordinator moves, played on a bus without a cluster. */
@Timeout(30)
class CommitsInTurnTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final TopicPartition GONE = new TopicPartition("gone", 0);
    private static final int OFFSET_COMMIT = 8;
    private static final int LEAVE_GROUP = 13;

    /** The offsets of the requests in the order in which they came. */
    private final List<Long> committed = Collections.synchronizedList(new ArrayList<>());
    /** What it says to the next commits, one after the other; then it takes them. */
    private final List<Integer> refusals = Collections.synchronizedList(new ArrayList<>());

    private final PlayedNode node = new PlayedNode() {
        @Override
        void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            nothing(message, out);
        }

        @Override
        void other(Message<Buffer> message, int api) {
            WireReader in =
                    WireReader.of(message.body().getBuffer(14, message.body().length()));
            WireWriter out = new WireWriter(64).int8(1).int32(in.int32()).int32(0);
            in.text();
            if (api == OFFSET_COMMIT) {
                commit(in, out);
            } else {
                PlayedGroup.answer(out, api);
            }
            message.reply(out.toBuffer());
        }
    };

    private void commit(WireReader in, WireWriter out) {
        in.text();
        in.int32();
        in.text();
        in.text();
        int topics = in.int32();
        out.int32(topics);
        for (; topics > 0; topics--) {
            String topic = in.text();
            in.int32();
            in.int32();
            long offset = in.int64();
            in.int32();
            in.text();
            int error = LogError.UNKNOWN_TOPIC_OR_PARTITION.code();
            if (!topic.equals(GONE.topic())) {
                committed.add(offset);
                error = refusals.isEmpty() ? 0 : refusals.remove(0);
            }
            out.text(topic).int32(1).int32(0).int16(error);
        }
    }

    @AfterEach
    void close() {
        node.close();
    }

    private LogConsumer member() {
        LogConsumer member = LogClient.of(node.vertx)
                .consumer(new ConsumerOptions().groupId("g").autoCommit(false));
        await(member.subscribe(Set.of("t")));
        return member;
    }

    @Test
    void oneThatIsSentAgainDoesNotSetBackWhatIsCommittedAfterIt() {
        LogConsumer member = member();
        refusals.add(LogError.COORDINATOR_LOAD_IN_PROGRESS.code());

        Future<Void> first = member.commit(Map.of(PARTITION, 10L));
        Future<Void> second = member.commit(Map.of(PARTITION, 20L));
        Future<Void> third = member.commit(Map.of(PARTITION, 30L));

        await(Future.all(first, second, third));
        assertThat(committed).containsExactly(10L, 10L, 30L);
    }

    @Test
    void oneOfATopicThatIsGoneIsNotSentAgainForLong() {
        LogConsumer member = member();
        refusals.addAll(Collections.nCopies(1_000, (int) LogError.UNKNOWN_TOPIC_OR_PARTITION.code()));

        Future<Void> commit = member.commit(Map.of(PARTITION, 10L));

        assertThat(await(commit.map("taken").otherwise(why -> why.getMessage())))
                .contains("UNKNOWN_TOPIC");
        assertThat(committed).hasSizeGreaterThan(1);
    }

    @Test
    void oneOfATopicThatIsGoneFailsAlone() {
        LogConsumer member = member();

        Future<Void> first = member.commit(Map.of(PARTITION, 10L));
        Future<Void> ofGone = member.commit(Map.of(GONE, 1L));
        Future<Void> last = member.commit(Map.of(PARTITION, 20L));

        await(Future.all(first, last));
        assertThat(await(ofGone.map("taken").otherwise(why -> why.getMessage())))
                .contains("UNKNOWN_TOPIC");
        assertThat(committed).startsWith(10L, 20L);
    }

    @Test
    void whoHasUnsubscribedJoinsAnew() {
        LogConsumer member = member();
        await(member.unsubscribe());
        assertThat(await(member.assignment())).isEmpty();
        assertThat(node.apis).containsOnlyOnce(LEAVE_GROUP);
        assertThat(await(member.commit(Map.of(PARTITION, 10L)).map("taken").otherwise(why -> why.getMessage())))
                .contains("not subscribed");

        await(member.subscribe(Set.of("t")));

        assertThat(await(member.assignment())).containsExactly(PARTITION);
        await(member.commit(Map.of(PARTITION, 10L)));
        assertThat(committed).containsExactly(10L);
    }

    @Test
    void whoIsAskedToFinishMaySubscribeAnew() {
        LogConsumer member = member();
        Promise<Void> again = Promise.promise();
        member.partitionsRevokedHandler(partitions -> {
            member.subscribe(Set.of("t")).onComplete(again);
            return Future.succeededFuture();
        });

        await(member.unsubscribe());
        await(again.future());

        assertThat(await(member.assignment())).containsExactly(PARTITION);
    }

    @Test
    void whoUnsubscribesWhileItIsAskedToFinishIsAskedOnce() {
        LogConsumer member = member();
        List<Set<TopicPartition>> revoked = Collections.synchronizedList(new ArrayList<>());
        member.partitionsRevokedHandler(partitions -> {
            revoked.add(partitions);
            member.unsubscribe();
            return member.commit(Map.of(PARTITION, 10L));
        });

        Future<Void> left = member.unsubscribe();
        Future<Void> again = member.subscribe(Set.of("t"));

        await(Future.all(left, again));
        assertThat(revoked).containsExactly(Set.of(PARTITION));
        assertThat(committed).containsExactly(10L);
        assertThat(await(member.assignment())).containsExactly(PARTITION);
    }
}
