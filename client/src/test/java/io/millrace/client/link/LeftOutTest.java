package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Assignor;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cooperative member whose application takes so long to give one partition back that the group goes on without it. */
@Timeout(30)
class LeftOutTest {
    private static final TopicPartition KEPT = new TopicPartition("t", 0);
    private static final TopicPartition MOVED = new TopicPartition("t", 1);
    private static final int HEARTBEAT = 12;

    private final AtomicInteger joined = new AtomicInteger();
    private final AtomicInteger beats = new AtomicInteger();

    private final PlayedNode node = new PlayedNode() {
        @Override
        void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            nothing(message, out);
        }

        @Override
        void other(Message<Buffer> message, int api) {
            WireWriter out =
                    new WireWriter(64).int8(1).int32(message.body().getInt(14)).int32(0);
            switch (api) {
                case PlayedGroup.SYNC_GROUP -> {
                    // It has both, then one of them is another's, then it has left all, and joins anew.
                    WireWriter given =
                            joined.incrementAndGet() == 2 ? PlayedGroup.assignment(0) : PlayedGroup.assignment(0, 1);
                    out.int16(0).sized(given.toByteBuffer());
                }
                case HEARTBEAT ->
                    out.int16(
                            switch (beats.incrementAndGet()) {
                                case 1 -> LogError.REBALANCE_IN_PROGRESS.code();
                                case 2 -> LogError.UNKNOWN_MEMBER_ID.code();
                                default -> 0;
                            });
                default -> PlayedGroup.answer(out, api);
            }
            message.reply(out.toBuffer());
        }
    };

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void readsNothingThatIsAnothersWhileItGivesBack() {
        Promise<Set<TopicPartition>> lost = Promise.promise();
        Promise<Void> finished = Promise.promise();
        Promise<Set<TopicPartition>> anew = Promise.promise();
        LogConsumer member = LogClient.of(node.vertx)
                .consumer(new ConsumerOptions()
                        .groupId("g")
                        .assignors(Assignor.COOPERATIVE_STICKY)
                        .autoCommit(false)
                        .heartbeatMs(20));
        member.partitionsRevokedHandler(partitions -> finished.future());
        member.partitionsLostHandler(lost::complete);
        await(member.subscribe(Set.of("t")));

        assertThat(await(lost.future())).containsExactlyInAnyOrder(KEPT, MOVED);
        assertThat(await(member.assignment())).isEmpty();
        member.partitionsAssignedHandler(anew::complete);
        finished.complete();

        assertThat(await(anew.future())).containsExactlyInAnyOrder(KEPT, MOVED);
        assertThat(joined).hasValue(3);
    }
}
