package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replication.FetchSettings;
import io.millrace.log.replication.MalformedFrameException;
import io.millrace.log.replication.ReplicaFetch;
import io.millrace.log.replication.ReplicationCodec;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A shard whose broker hands over what it leads, because it is about to stop.
 *
 * <p>Thread: one.
 */
class HandoverTest {
    private static final int ME = 1;
    private static final int OTHER = 2;
    private static final UUID LIFE = new UUID(0, 1);

    private final FakeLog log = new FakeLog();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<ReplicaFetch> asked = new ArrayList<>();
    private final Shard shard = new Shard(
            0,
            1,
            channel.eventLoop(),
            new ShardContext(
                    ME, LIFE, null, null, new BrokerMetrics(), () -> 10_000, () -> 10_000, 0, 1000, replication()));
    private final Replica replica = new Replica(shard, null, log, new BrokerMetrics().topic("topic"));
    private MetadataImage image = MetadataImage.EMPTY;
    private long nextOffset;

    private ReplicationParts replication() {
        return new ReplicationParts(
                ME,
                30_000,
                false,
                FetchSettings.DEFAULTS,
                () -> 0,
                proposals -> Future.failedFuture("there is no controller"),
                loop -> (to, frame) -> {
                    ByteBuf bytes = frame.view();
                    asked.add(fetch(bytes));
                    bytes.release();
                    return Future.succeededFuture();
                });
    }

    private static ReplicaFetch fetch(ByteBuf frame) {
        try {
            return ReplicationCodec.decode(frame.nioBuffer(), (all, at, size) -> null)
                    .fetch();
        } catch (MalformedFrameException e) {
            throw new AssertionError(e);
        }
    }

    private void committed(MetadataRecord... records) {
        var change = image.change();
        for (MetadataRecord record : records) {
            change.replay(nextOffset++, 1, record);
        }
        var delta = change.delta();
        image = delta.after();
        shard.roles().apply(delta);
        channel.runPendingTasks();
    }

    private static RegisterBrokerRecord registered(int broker, UUID life) {
        return new RegisterBrokerRecord(
                broker, life, RegisterBrokerRecord.EPOCH_IS_OFFSET, List.of(), null, List.of(), false, false);
    }

    private PartitionRecord led(int leader, int epoch) {
        return new PartitionRecord(
                log.id.topicId(),
                0,
                new int[] {ME, OTHER},
                new UUID[] {new UUID(3, 1), new UUID(3, 2)},
                new int[] {leader},
                new int[0],
                new int[0],
                leader,
                epoch,
                epoch,
                PartitionRecord.RECOVERED,
                new int[0],
                new int[0]);
    }

    @Test
    void whoHandsOverCopiesNothingMoreAndLeavesWhatItFollowed() {
        shard.put(log.id.topicId(), 0, 1, replica);
        committed(
                registered(ME, LIFE),
                registered(OTHER, new UUID(0, 2)),
                new TopicRecord(log.id.topicId(), "topic"),
                led(OTHER, 0));
        assertThat(asked).as("follows").hasSize(1);

        committed(BrokerChangeRecord.controlledShutdown(ME, 0));
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).wantsAnswer()).isFalse();
        assertThat(asked.get(1).dropped()).hasSize(1);

        committed(led(OTHER, 1));
        assertThat(replica.machine().leaderEpoch()).isEqualTo(1);
        assertThat(asked).hasSize(2);
    }

    @Test
    void whatItLedItDoesNotFollow() {
        shard.put(log.id.topicId(), 0, 1, replica);
        committed(
                registered(ME, LIFE),
                registered(OTHER, new UUID(0, 2)),
                new TopicRecord(log.id.topicId(), "topic"),
                led(ME, 0));

        committed(BrokerChangeRecord.controlledShutdown(ME, 0), led(OTHER, 1));

        assertThat(replica.machine().isLeader()).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void theHandoverOfAnEarlierLifeIsNoneOfThisOne() {
        shard.put(log.id.topicId(), 0, 1, replica);
        committed(
                registered(ME, new UUID(0, 9)),
                registered(OTHER, new UUID(0, 2)),
                BrokerChangeRecord.controlledShutdown(ME, 0),
                new TopicRecord(log.id.topicId(), "topic"),
                led(OTHER, 0));
        assertThat(asked).isEmpty();

        committed(registered(ME, LIFE));

        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).wantsAnswer()).isTrue();
    }
}
