package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replication.FetchSettings;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Future;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A follower whose node has no memory for a message.
 *
 * <p>Thread: one.
 */
class ReplicationTurnTest {
    private static final int ME = 1;
    private static final int LEADER = 2;
    private static final long LONG_MS = 10_000;
    private static final long STEP_MS = 20;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long nowMs = 10_000;
    private boolean noMemory;
    private int sent;

    ReplicationTurnTest() {
        channel.freezeTime();
    }

    private Future<Void> send() {
        sent++;
        if (noMemory) {
            throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
        }
        return Future.succeededFuture();
    }

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= STEP_MS) {
            nowMs += STEP_MS;
            channel.advanceTimeBy(STEP_MS, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
            channel.runPendingTasks();
        }
    }

    @Test
    void aMessageForWhichThereIsNoMemoryIsNotTheLastOne() {
        ReplicationParts parts = new ReplicationParts(
                ME,
                30_000,
                false,
                FetchSettings.DEFAULTS,
                () -> 5,
                proposals -> Future.failedFuture("there is no controller"),
                loop -> (to, frame) -> send());
        ShardContext context = new ShardContext(
                ME, new UUID(0, 1), null, null, new BrokerMetrics(), () -> nowMs, () -> nowMs, 0, 1000, parts);
        Shard shard = new Shard(0, 1, channel.eventLoop(), context);
        Replica replica = new Replica(shard, null, new FakeLog(), new BrokerMetrics().topic("topic"));
        int[] both = {ME, LEADER};
        replica.take(ShardFixture.partition(both, both, LEADER, 1, 1));
        channel.runPendingTasks();
        assertThat(sent).isEqualTo(1);

        noMemory = true;
        while (sent == 1) {
            pass(STEP_MS);
        }
        noMemory = false;
        int before = sent;
        pass(LONG_MS);

        assertThat(sent).isGreaterThan(before);
    }
}
