package io.millrace.client.link;

import static io.millrace.client.link.PlayedNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A verticle that is undeployed while its member waits to ask again, played on a bus without a cluster. */
@Timeout(30)
class UndeployedTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int BACKOFF_MS = 1_000;
    private static final int OFFSET_COMMIT = 8;
    private static final int LEAVE_GROUP = 13;

    private final AtomicInteger refusals = new AtomicInteger(1);

    private final PlayedNode node = new PlayedNode() {
        @Override
        void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
            nothing(message, out);
        }

        @Override
        void other(Message<Buffer> message, int api) {
            WireWriter out =
                    new WireWriter(64).int8(1).int32(message.body().getInt(14)).int32(0);
            if (api == OFFSET_COMMIT) {
                boolean isRefused = refusals.getAndDecrement() > 0;
                int error = isRefused ? LogError.COORDINATOR_LOAD_IN_PROGRESS.code() : 0;
                out.int32(1).text("t").int32(1).int32(0).int16(error);
            } else {
                PlayedGroup.answer(out, api);
            }
            message.reply(out.toBuffer());
        }
    };

    @AfterEach
    void close() {
        node.close();
    }

    private String deploy(Supplier<Future<?>> start) {
        return await(node.vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                return start.get();
            }
        }));
    }

    @Test
    void aMemberWhoseCommitIsUnderWayLeavesItsGroup() {
        String verticle = deploy(() -> {
            LogConsumer member = LogClient.of(node.vertx)
                    .consumer(
                            new ConsumerOptions().groupId("g").autoCommit(false).retryBackoffMs(BACKOFF_MS));
            member.partitionsRevokedHandler(partitions -> member.commit(Map.of(PARTITION, 11L)));
            return member.subscribe(Set.of("t")).compose(assigned -> {
                member.commit(Map.of(PARTITION, 10L));
                // Answered after that one.
                return member.committed(List.of(PARTITION));
            });
        });

        await(node.vertx.undeploy(verticle));

        assertThat(node.apis).contains(LEAVE_GROUP);
        assertThat(node.apis.stream().filter(api -> api == OFFSET_COMMIT)).hasSize(3);
    }
}
