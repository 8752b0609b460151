package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.protocol.Errors;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Batches that reach a new leader before others of their producer, which the leader before has still to send back.
 *
 * <p>Thread: one.
 */
class AheadAppendsTest {
    private static final int ME = ShardFixture.ME;
    private static final int OTHER = 2;
    private static final AppendOutcome OUT_OF_ORDER = Rejected.of(AppendError.OUT_OF_ORDER_SEQUENCE, "out of order");

    private final ShardFixture fixture = new ShardFixture();
    private final FakeLog log = fixture.log;
    private final EmbeddedChannel channel = fixture.channel;
    private final Shard shard = fixture.shard;
    private final List<PartitionAppend> answered = new ArrayList<>();

    AheadAppendsTest() {
        channel.freezeTime();
        shard.put(log.id.topicId(), 0, 1, fixture.replica);
    }

    private void decided(int leader, int epoch) {
        int[] both = {ME, OTHER};
        fixture.replica.take(ShardFixture.partition(both, both, leader, epoch, epoch));
    }

    private PartitionAppend produce(long producerId, AppendOutcome outcome) {
        ByteBuffer batch = new BatchBuilder()
                .producer(producerId, (short) 0, 0)
                .append(1_000, null, ByteBuffer.allocate(1))
                .buildBuffer();
        PartitionAppend append = new PartitionAppend(log.id.topicId(), 0, Unpooled.wrappedBuffer(batch));
        AppendGroup group = new AppendGroup((short) 1, Long.MAX_VALUE, Runnable::run, () -> answered.add(append));
        group.add(append);
        log.nextOutcome = outcome;
        shard.submit(group);
        log.nextOutcome = null;
        return append;
    }

    private void passes(long ms) {
        fixture.nowMs += ms;
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whatIsAheadIsAppendedBehindWhatComesBackFromTheLeaderBefore() {
        decided(OTHER, 0);
        decided(ME, 1);
        PartitionAppend ahead = produce(7, OUT_OF_ORDER);
        PartitionAppend furtherAhead = produce(7, OUT_OF_ORDER);
        assertThat(answered).isEmpty();

        PartitionAppend back = produce(7, null);
        log.write(3);

        assertThat(answered).containsExactly(back, ahead, furtherAhead);
        assertThat(answered).extracting(PartitionAppend::error).containsOnly(Errors.NONE);
        assertThat(answered).extracting(PartitionAppend::baseOffset).containsExactly(0L, 1L, 2L);
    }

    /** The answer to what was taken would wait behind its own, and the client for that answer. */
    @Test
    void whatDoesNotFitThenEitherIsRefusedAtOnce() {
        decided(OTHER, 0);
        decided(ME, 1);
        PartitionAppend ahead = produce(7, OUT_OF_ORDER);

        PartitionAppend back = takenAndThenOutOfOrder(7);

        assertThat(answered).containsExactly(ahead);
        assertThat(ahead.error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        log.write(1);
        assertThat(answered).containsExactly(ahead, back);
        assertThat(back.error()).isEqualTo(Errors.NONE);
    }

    private PartitionAppend takenAndThenOutOfOrder(long producerId) {
        log.outcomesAfterNext.add(OUT_OF_ORDER);
        return produce(producerId, null);
    }

    @Test
    void anotherProducersBatchChangesNothing() {
        decided(OTHER, 0);
        decided(ME, 1);
        produce(7, OUT_OF_ORDER);

        PartitionAppend others = produce(8, null);
        log.write(1);

        assertThat(answered).containsExactly(others);
    }

    @Test
    void whenNothingComesBackItIsRefusedAMomentLater() {
        decided(OTHER, 0);
        decided(ME, 1);
        PartitionAppend ahead = produce(7, OUT_OF_ORDER);
        passes(AheadAppends.HOLD_MS - 1);
        assertThat(answered).isEmpty();

        log.nextOutcome = OUT_OF_ORDER;
        passes(1);

        assertThat(answered).containsExactly(ahead);
        assertThat(ahead.error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void theFirstLeaderAndOneThatHasLedForAWhileRefuseAtOnce() {
        decided(ME, 0);
        PartitionAppend first = produce(7, OUT_OF_ORDER);
        assertThat(answered).containsExactly(first);

        decided(OTHER, 1);
        decided(ME, 2);
        passes(1_001);
        PartitionAppend later = produce(7, OUT_OF_ORDER);

        assertThat(answered).containsExactly(first, later);
        assertThat(answered).extracting(PartitionAppend::error).containsOnly(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void withTheLeadershipTheWaitEnds() {
        decided(OTHER, 0);
        decided(ME, 1);
        PartitionAppend ahead = produce(7, OUT_OF_ORDER);

        decided(OTHER, 2);

        assertThat(answered).containsExactly(ahead);
        assertThat(ahead.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }
}
