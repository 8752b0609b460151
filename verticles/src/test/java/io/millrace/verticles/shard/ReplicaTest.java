package io.millrace.verticles.shard;

import static io.millrace.verticles.shard.ShardFixture.ME;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final short ALL = AppendGroup.ACKS_ALL;

    private final ShardFixture fixture = new ShardFixture();
    private final FakeLog log = fixture.log;
    private final Shard shard = fixture.shard;
    private final Replica replica = fixture.replica;
    private final AtomicInteger answers = new AtomicInteger();

    private static PartitionImage led(int leader, int epoch, int partitionEpoch, int... isr) {
        int[] replicas = isr.length > 1 ? isr : new int[] {ME};
        return ShardFixture.partition(replicas, isr, leader, epoch, partitionEpoch);
    }

    private PartitionAppend append(int acks, long deadlineMs) {
        PartitionAppend append = new PartitionAppend(log.id.topicId(), 0, Unpooled.wrappedBuffer(new byte[100]));
        AppendGroup group = new AppendGroup((short) acks, deadlineMs, Runnable::run, answers::incrementAndGet);
        group.add(append);
        group.hold();
        replica.append(append, fixture.nowMs);
        group.settle();
        return append;
    }

    @Test
    void anAppendWithAcksOneIsAnsweredWhenItIsWrittenAndNotBefore() {
        replica.take(led(ME, 0, 0, ME));

        PartitionAppend append = append(1, Long.MAX_VALUE);
        assertThat(answers).hasValue(0);
        log.write(1);

        assertThat(answers).hasValue(1);
        assertThat(append.error()).isEqualTo(Errors.NONE);
        assertThat(append.baseOffset()).isZero();
    }

    @Test
    void anAppendWithAcksZeroIsAnsweredAtOnce() {
        replica.take(led(ME, 0, 0, ME));

        append(0, Long.MAX_VALUE);

        assertThat(answers).hasValue(1);
    }

    @Test
    void inGroupModeAnAppendWithAcksAllIsAnsweredOnlyWhenItIsSynced() {
        log.config = log.config.with("flush.mode", "group");
        Replica group = new Replica(shard, null, log, new BrokerMetrics().topic("topic"));
        group.take(led(ME, 0, 0, ME));
        PartitionAppend append = new PartitionAppend(log.id.topicId(), 0, Unpooled.wrappedBuffer(new byte[100]));
        AppendGroup groupOfOne = new AppendGroup(ALL, Long.MAX_VALUE, Runnable::run, answers::incrementAndGet);
        groupOfOne.add(append);
        group.append(append, fixture.nowMs);

        log.write(1);
        assertThat(answers).hasValue(0);
        assertThat(group.machine().highWatermark()).isZero();
        log.sync(1);

        assertThat(answers).hasValue(1);
        assertThat(group.machine().highWatermark()).isEqualTo(1);
    }

    @Test
    void withOtherReplicasInSyncTheHighWatermarkWaitsForThem() {
        replica.take(led(ME, 0, 0, ME, 2, 3));

        append(ALL, Long.MAX_VALUE);
        log.write(1);

        assertThat(replica.machine().highWatermark()).isZero();
        assertThat(answers).hasValue(0);
    }

    @Test
    void appendsThatCouldNotBeWrittenAreAnsweredRetriablyAndThoseBeforeThemStay() {
        replica.take(led(ME, 0, 0, ME));
        PartitionAppend first = append(ALL, Long.MAX_VALUE);
        PartitionAppend second = append(ALL, Long.MAX_VALUE);
        PartitionAppend third = append(1, Long.MAX_VALUE);

        log.failFrom(1, AppendError.DISK_FULL);

        assertThat(answers).hasValue(2);
        assertThat(second.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(third.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        log.write(1);
        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(answers).hasValue(3);
    }

    @Test
    void aLostLeadershipAnswersWhatWaitsAndRefusesWhatComes() {
        replica.take(led(ME, 0, 0, ME, 2));
        PartitionAppend waiting = append(ALL, Long.MAX_VALUE);

        replica.take(led(2, 1, 1, ME, 2));
        PartitionAppend later = append(ALL, Long.MAX_VALUE);

        assertThat(waiting.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(later.error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(answers).hasValue(2);
    }

    @Test
    void aNewLeaderRecordsItsEpochBeforeItsFirstAppend() {
        replica.take(led(ME, 5, 0, ME));

        assertThat(log.epochs).containsExactly(5);
    }

    @Test
    void anAppendThatWaitsPastItsDeadlineTimesOut() {
        replica.take(led(ME, 0, 0, ME));
        PartitionAppend late = append(ALL, 2_000);

        assertThat(replica.expire(1_999)).isTrue();
        assertThat(answers).hasValue(0);
        assertThat(replica.expire(2_000)).isFalse();

        assertThat(late.error()).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(answers).hasValue(1);
    }

    @Test
    void aDuplicateWaitsForTheFirstCopyToBeSafe() {
        replica.take(led(ME, 0, 0, ME));
        append(ALL, Long.MAX_VALUE);
        log.nextOutcome = new AppendOutcome.Duplicate(0, 0, -1, 0);

        PartitionAppend again = append(ALL, Long.MAX_VALUE);
        assertThat(answers).hasValue(0);
        log.write(1);

        assertThat(answers).hasValue(2);
        assertThat(again.baseOffset()).isZero();
    }

    @Test
    void aDuplicateWhoseOffsetsAreForgottenWaitsForAllThatItMayBe() {
        replica.take(led(ME, 0, 0, ME));
        append(ALL, Long.MAX_VALUE);
        append(ALL, Long.MAX_VALUE);
        log.nextOutcome = AppendOutcome.Duplicate.ofEarlier(1, 0);

        PartitionAppend again = append(ALL, Long.MAX_VALUE);
        log.write(1);
        assertThat(answers).hasValue(1);
        log.write(2);

        assertThat(answers).hasValue(3);
        assertThat(again.error()).isEqualTo(Errors.NONE);
        assertThat(again.baseOffset()).isEqualTo(-1);
    }

    @Test
    void anAppendBehindWhichADuplicateWaitsIsNotAcknowledgedByWhatTakesItsOffsets() {
        replica.take(led(ME, 0, 0, ME));
        append(1, Long.MAX_VALUE);
        PartitionAppend unwritten = append(1, Long.MAX_VALUE);
        log.nextOutcome = new AppendOutcome.Duplicate(0, 0, -1, 0);
        append(1, Long.MAX_VALUE);
        log.nextOutcome = null;

        log.write(1);
        log.failFrom(1, AppendError.DISK_FULL);
        append(1, Long.MAX_VALUE);
        log.write(2);

        assertThat(unwritten.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(answers).hasValue(4);
    }

    @Test
    void anAppendThatBeginsWhileTheFailedOnesAreAnsweredIsNotFailedWithThem() {
        replica.take(led(ME, 0, 0, ME));
        PartitionAppend failing = new PartitionAppend(log.id.topicId(), 0, Unpooled.wrappedBuffer(new byte[100]));
        List<PartitionAppend> next = new ArrayList<>();
        AppendGroup group =
                new AppendGroup((short) 1, Long.MAX_VALUE, Runnable::run, () -> next.add(append(1, Long.MAX_VALUE)));
        group.add(failing);
        replica.append(failing, fixture.nowMs);

        log.failFrom(0, AppendError.DISK_FULL);
        log.write(1);

        assertThat(failing.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(next.get(0).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void aParkedFetchIsWokenByTheHighWatermarkAndByNothingLess() {
        replica.take(led(ME, 0, 0, ME));
        AtomicInteger wakes = new AtomicInteger();
        PartitionFetch fetch = new PartitionFetch(log.id.topicId(), 0, 0, 1000, -1, -1);
        FetchGroup group = new FetchGroup(false, Runnable::run, () -> {});
        replica.read(fetch, group, 1000, true);
        replica.park(fetch, new FetchWaiter(1, Runnable::run, wakes::incrementAndGet), group);

        append(1, Long.MAX_VALUE);
        assertThat(wakes).hasValue(0);
        log.write(1);

        assertThat(wakes).hasValue(1);
    }

    @Test
    void aFetchThatMissedDataBetweenReadingAndParkingIsWokenAtOnce() {
        replica.take(led(ME, 0, 0, ME));
        AtomicInteger wakes = new AtomicInteger();
        PartitionFetch fetch = new PartitionFetch(log.id.topicId(), 0, 0, 1000, -1, -1);
        FetchGroup group = new FetchGroup(false, Runnable::run, () -> {});
        replica.read(fetch, group, 1000, true);
        append(1, Long.MAX_VALUE);
        log.write(1);

        replica.park(fetch, new FetchWaiter(1, Runnable::run, wakes::incrementAndGet), group);

        assertThat(wakes).hasValue(1);
    }

    @Test
    void aFetchWithAnotherEpochIsFencedOrToldToWait() {
        replica.take(led(ME, 5, 0, ME));

        assertThat(replica.checkLeader(4)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(replica.checkLeader(6)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(replica.checkLeader(5)).isEqualTo(Errors.NONE);
        assertThat(replica.checkLeader(-1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aFailedLogDirectoryEndsTheRoleAndAnswersWhatWaits() {
        replica.take(led(ME, 0, 0, ME));
        PartitionAppend waiting = append(ALL, Long.MAX_VALUE);

        log.listener.onOffline("the disk is gone");

        assertThat(waiting.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(replica.checkLeader(-1)).isNotEqualTo(Errors.NONE);
    }

    @Test
    void aReplicaOnAFailedLogDirectoryTakesNoRoleAgain() {
        replica.take(led(ME, 0, 0, ME));
        log.offlineReason = "the disk is gone";
        log.listener.onOffline(log.offlineReason);

        replica.take(led(ME, 1, 1, ME));

        assertThat(replica.machine().isLeader()).isFalse();
        assertThat(append(ALL, Long.MAX_VALUE).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }
}
