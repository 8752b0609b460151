package io.millrace.verticles.shard;

import io.millrace.membership.image.PartitionImage;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.UUID;

/**
 * A shard alone on a loop that the test runs, and one replica on a log that does what the test says. The shard does not own
 * the replica until it is told so.
 *
 * <p>Thread: one.
 */
final class ShardFixture {
    static final int ME = 1;

    final FakeLog log = new FakeLog();
    final EmbeddedChannel channel = new EmbeddedChannel();
    final Shard shard;
    final Replica replica;
    long nowMs = 10_000;

    ShardFixture() {
        shard = new Shard(
                0,
                1,
                channel.eventLoop(),
                new ShardContext(
                        ME,
                        new UUID(0, 1),
                        null,
                        null,
                        new BrokerMetrics(),
                        () -> nowMs,
                        () -> nowMs,
                        0,
                        1000,
                        ReplicationParts.alone(ME)));
        replica = new Replica(shard, null, log, new BrokerMetrics().topic("topic"));
    }

    /** The committed partition, without directories, moves or eligible leaders. */
    static PartitionImage partition(int[] replicas, int[] isr, int leader, int leaderEpoch, int partitionEpoch) {
        return new PartitionImage(
                0,
                replicas,
                new UUID[0],
                isr,
                new int[0],
                new int[0],
                leader,
                leaderEpoch,
                partitionEpoch,
                (byte) 0,
                new int[0],
                new int[0]);
    }
}
