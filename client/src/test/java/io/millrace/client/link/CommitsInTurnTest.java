package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
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

    /** The offsets of the requests in the order in which they came. */
    private final List<Long> committed = Collections.synchronizedList(new ArrayList<>());
    /** What it says to the next commits, one after the other; then it takes them. */
    private final List<Integer> refusals = Collections.synchronizedList(new ArrayList<>());

    private final PlayedNode node = new PlayedNode() {
        @Override
        void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            message.reply(out.int32(0).int16(0).int32(0).int32(0).toBuffer());
        }

        @Override
        void other(Message<Buffer> message, int api) {
            WireReader in =
                    WireReader.of(message.body().getBuffer(14, message.body().length()));
            WireWriter out = new WireWriter(64).int8(1).int32(in.int32()).int32(0);
            in.text();
            switch (api) {
                case 8 -> commit(in, out);
                case 9 -> out.int32(0).int16(0);
                case 10 -> out.int16(0).text(null).int32(1).text("h").int32(9);
                case JOIN_GROUP ->
                    out.int16(0)
                            .int32(3)
                            .text("range")
                            .text("leader")
                            .text("me")
                            .int32(0);
                case 14 -> out.int16(0).sized(assignment().toByteBuffer());
                default -> out.int16(0);
            }
            message.reply(out.toBuffer());
        }
    };

    private static WireWriter assignment() {
        return new WireWriter(64).int16(1).int32(1).text("t").int32(1).int32(0).sized(null);
    }

    private void commit(WireReader in, WireWriter out) {
        in.text();
        in.int32();
        in.text();
        in.text();
        in.int32();
        in.text();
        in.int32();
        in.int32();
        committed.add(in.int64());
        int error = refusals.isEmpty() ? 0 : refusals.remove(0);
        out.int32(1).text("t").int32(1).int32(0).int16(error);
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
}
