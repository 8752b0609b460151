package io.millrace.verticles.shard;

import static io.millrace.verticles.shard.ShardFixture.ME;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Produce requests that meet a leader which does not know yet that it is one.
 *
 * <p>Thread: one.
 */
class EarlyAppendsTest {
    private static final int OTHER = 2;
    private static final int THIRD = 3;
    private static final int[] ALL_THREE = {ME, OTHER, THIRD};

    private final ShardFixture fixture = new ShardFixture();
    private final FakeLog log = fixture.log;
    private final EmbeddedChannel channel = fixture.channel;
    private final Shard shard = fixture.shard;
    private final Replica replica = fixture.replica;
    private final List<PartitionAppend> answered = new ArrayList<>();
    private short acks = 1;

    EarlyAppendsTest() {
        channel.freezeTime();
    }

    private static PartitionImage led(int leader, int epoch) {
        return ShardFixture.partition(ALL_THREE, ALL_THREE, leader, epoch, epoch);
    }

    private void replicaIsThere() {
        shard.put(log.id.topicId(), 0, 1, replica);
    }

    private void decided(int leader, int epoch) {
        replica.take(led(leader, epoch));
        shard.early().look();
    }

    private PartitionAppend produce() {
        return produce(new byte[100]);
    }

    /** One batch of an idempotent producer. */
    private PartitionAppend produce(int sequence) {
        return produce(new BatchBuilder()
                .producer(7, (short) 0, sequence)
                .append(1_000, null, ByteBuffer.allocate(1))
                .buildBuffer()
                .array());
    }

    private PartitionAppend produce(byte[] records) {
        PartitionAppend append = new PartitionAppend(log.id.topicId(), 0, Unpooled.wrappedBuffer(records));
        AppendGroup group = new AppendGroup(acks, Long.MAX_VALUE, Runnable::run, () -> answered.add(append));
        group.add(append);
        shard.submit(group);
        return append;
    }

    private void passes(long ms) {
        fixture.nowMs += ms;
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void whatComesBeforeTheLeadershipIsAppendedWithItAndInOrder() {
        replicaIsThere();
        decided(OTHER, 0);
        PartitionAppend first = produce();
        PartitionAppend second = produce();
        assertThat(answered).isEmpty();

        decided(ME, 1);
        log.write(2);

        assertThat(answered).containsExactly(first, second);
        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(first.baseOffset()).isZero();
        assertThat(second.baseOffset()).isEqualTo(1);
        assertThat(shard.early().isEmpty()).isTrue();
    }

    @Test
    void whatComesForAPartitionThatTheShardHasNotHeardOfWaitsForIt() {
        PartitionAppend early = produce();
        assertThat(answered).isEmpty();

        replicaIsThere();
        decided(ME, 0);
        log.write(1);

        assertThat(answered).containsExactly(early);
        assertThat(early.error()).isEqualTo(Errors.NONE);
    }

    @Test
    void whenAnotherOneIsElectedTheClientIsSentThereAtOnce() {
        replicaIsThere();
        decided(OTHER, 0);
        PartitionAppend early = produce();

        decided(THIRD, 1);

        assertThat(answered).containsExactly(early);
        assertThat(early.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aStepOfTheMetadataThatDecidesNothingAboutItLeavesItWaiting() {
        replicaIsThere();
        decided(OTHER, 0);
        produce();

        shard.early().look();
        replica.machine().higherEpochSeen(1);
        shard.early().look();
        assertThat(answered).isEmpty();

        decided(ME, 1);
        assertThat(shard.early().isEmpty()).isTrue();
        assertThat(answered).isEmpty();
        log.write(1);
        assertThat(answered).hasSize(1);
    }

    @Test
    void whoIsSentHereByMistakeIsToldSoAMomentLater() {
        replicaIsThere();
        decided(OTHER, 0);
        PartitionAppend misdirected = produce();

        passes(EarlyAppends.HOLD_MS - 1);
        assertThat(answered).isEmpty();
        passes(1);

        assertThat(answered).containsExactly(misdirected);
        assertThat(misdirected.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    /** The log does not know the producer, and would take whatever sequence comes first. */
    @Test
    void whatAProducerSentBehindARefusedBatchIsRefusedWithItAlthoughTheLeadershipHasCome() {
        replicaIsThere();
        decided(OTHER, 0);
        PartitionAppend first = produce(0);
        passes(EarlyAppends.HOLD_MS / 2);
        PartitionAppend second = produce(1);
        passes(EarlyAppends.HOLD_MS / 2);
        assertThat(answered).containsExactly(first);

        decided(ME, 1);
        PartitionAppend third = produce(2);

        assertThat(answered).containsExactly(first, second, third);
        assertThat(answered).extracting(PartitionAppend::error).containsOnly(Errors.NOT_LEADER_OR_FOLLOWER);
        for (int sequence = 0; sequence < 3; sequence++) {
            PartitionAppend again = produce(sequence);
            log.write(sequence + 1);
            assertThat(again.error()).isEqualTo(Errors.NONE);
            assertThat(again.baseOffset()).isEqualTo(sequence);
        }
    }

    @Test
    void whatAProducerSentBehindABatchThatTooFewWouldHaveHadIsRefusedWithItAlthoughEnoughHaveIt() {
        replicaIsThere();
        replica.machine().configure(2, false, fixture.nowMs);
        acks = AppendGroup.ACKS_ALL;
        replica.take(ShardFixture.partition(ALL_THREE, new int[] {ME}, ME, 0, 0));
        PartitionAppend first = produce(0);
        replica.take(ShardFixture.partition(ALL_THREE, ALL_THREE, ME, 0, 1));

        PartitionAppend second = produce(1);

        assertThat(first.error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(second.error()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(produce(0).error()).isEqualTo(Errors.NONE);
        assertThat(log.assigned).isEqualTo(1);
    }

    @Test
    void aFormerLeadersClientsAreSentToTheNextOneAtOnce() {
        replicaIsThere();
        decided(ME, 0);
        decided(OTHER, 1);

        PartitionAppend late = produce();

        assertThat(answered).containsExactly(late);
        assertThat(late.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void nothingWaitsInAShardThatIsClosed() {
        PartitionAppend early = produce();

        shard.close(() -> {});
        PartitionAppend late = produce();

        assertThat(answered).containsExactly(early, late);
        assertThat(late.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }
}
