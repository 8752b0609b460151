package io.millrace.log.replica;

import static io.millrace.log.replica.ReplicaFixture.ME;
import static io.millrace.log.replica.ReplicaFixture.THREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replica.ReplicaRole.Follower;
import io.millrace.log.replica.ReplicaRole.Leader;
import org.junit.jupiter.api.Test;

/**
 * What a replica takes, shows and acknowledges, by the log ends of those in sync.
 *
 * <p>Thread: one.
 */
class HighWatermarkTest {
    private final ReplicaFixture replica = new ReplicaFixture();

    @Test
    void aSoleReplicaShowsWhatItHasWritten() {
        replica.machine.becomeLeader(
                new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, replica.nowMs);
        replica.write(5);

        assertThat(replica.machine.highWatermark()).isEqualTo(5);
        assertThat(replica.machine.ackOutcome(0, 5)).isEqualTo(AckOutcome.ACKNOWLEDGED);
        assertThat(replica.machine.ackOutcome(0, 6)).isEqualTo(AckOutcome.WAIT);
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void inGroupModeASoleReplicaShowsWhatIsSynced() {
        replica.begin(1, true);
        replica.machine.becomeLeader(
                new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, replica.nowMs);
        replica.machine.localProgress(5, 3, replica.nowMs);

        assertThat(replica.machine.highWatermark()).isEqualTo(3);

        replica.machine.configure(1, false, replica.nowMs);
        assertThat(replica.machine.highWatermark()).isEqualTo(5);
    }

    @Test
    void theWatermarkIsTheLeastEndOfTheInSyncReplicas() {
        replica.lead(0, 0, 1, 2, 3);
        replica.write(10);
        assertThat(replica.machine.highWatermark()).isZero();

        replica.fetch(2, 8);
        assertThat(replica.machine.highWatermark()).isZero();
        replica.fetch(3, 4);
        assertThat(replica.machine.highWatermark()).isEqualTo(4);
        replica.fetch(3, 10);
        assertThat(replica.machine.highWatermark()).isEqualTo(8);
    }

    @Test
    void theWatermarkDoesNotFallWhenAFollowerGoesBack() {
        replica.lead(0, 0, 1, 2, 3);
        replica.write(10);
        replica.fetch(2, 10);
        replica.fetch(3, 10);

        replica.fetch(3, 2);

        assertThat(replica.machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void underTheMinimumTheWatermarkStandsAndAcksAllIsNotAdmitted() {
        replica.begin(2, false);
        replica.lead(0, 0, 1);
        replica.write(10);

        assertThat(replica.machine.isUnderMinIsr()).isTrue();
        assertThat(replica.machine.highWatermark()).isZero();
        assertThat(replica.machine.admit(true)).isEqualTo(AppendAdmission.NOT_ENOUGH_REPLICAS);
        assertThat(replica.machine.admit(false)).isEqualTo(AppendAdmission.ADMITTED);
    }

    @Test
    void theMinimumIsAtMostTheReplicationFactor() {
        replica.begin(5, false);
        replica.machine.becomeLeader(
                new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, replica.nowMs);

        assertThat(replica.machine.admit(true)).isEqualTo(AppendAdmission.ADMITTED);
    }

    @Test
    void anAppendOnTooFewReplicasIsToldSoAfterwards() {
        replica.begin(2, false);
        replica.lead(0, 0, 1, 2);
        replica.write(10);
        replica.fetch(2, 10);
        assertThat(replica.machine.ackOutcome(0, 10)).isEqualTo(AckOutcome.ACKNOWLEDGED);

        replica.ineligible.add(2);
        replica.lead(0, 1, 1);

        assertThat(replica.machine.ackOutcome(0, 10)).isEqualTo(AckOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }

    @Test
    void anAppendOfAnEarlierEpochHasNoLeader() {
        replica.lead(0, 0, 1);
        replica.write(10);
        replica.lead(1, 1, 1);

        assertThat(replica.machine.ackOutcome(0, 5)).isEqualTo(AckOutcome.NOT_LEADER);
    }

    @Test
    void aNewLeaderForgetsItsFollowersAndDoesNotKnowTheLatestOffsetUntilTheyHaveCaughtUp() {
        replica.write(10);
        replica.lead(4, 0, 1, 2);

        assertThat(replica.machine.role()).isEqualTo(new Leader(4, 10));
        assertThat(replica.machine.isLatestKnown()).isFalse();
        replica.fetch(2, 9);
        assertThat(replica.machine.isLatestKnown()).isFalse();
        replica.fetch(2, 10);
        assertThat(replica.machine.isLatestKnown()).isTrue();

        replica.lead(6, 1, 1, 2);
        assertThat(replica.machine.followerEnd(2)).isEqualTo(-1);
    }

    @Test
    void anEpochThatWasToStartBehindAppendsThatFailedStartsWhereTheLogEnds() {
        replica.write(10);
        replica.end = 15;
        replica.lead(4, 0, 1, 2);
        assertThat(replica.machine.role()).isEqualTo(new Leader(4, 15));

        replica.machine.localAppendsFailed(10);
        replica.fetch(2, 10);
        replica.fetch(3, 10);

        assertThat(replica.machine.isLatestKnown()).isTrue();
        assertThat(replica.proposals).hasSize(1);
    }

    @Test
    void aFollowersWatermarkIsTheLeadersAsFarAsItsLogReaches() {
        replica.machine.becomeFollower(new CommittedPartition(2, 5, 0, THREE, THREE, new int[0]));
        assertThat(replica.machine.role()).isEqualTo(new Follower(5, 2));
        replica.write(4);

        replica.machine.leaderHighWatermark(5, 9);
        assertThat(replica.machine.highWatermark()).isEqualTo(4);
        replica.write(20);
        assertThat(replica.machine.highWatermark()).isEqualTo(9);
        replica.machine.leaderHighWatermark(5, 7);
        replica.machine.leaderHighWatermark(4, 15);
        assertThat(replica.machine.highWatermark()).isEqualTo(9);
        assertThat(replica.machine.admit(false)).isEqualTo(AppendAdmission.NOT_LEADER);
        assertThat(replica.fetch(3, 0)).isEqualTo(FollowerFetch.NOT_LEADER);
    }

    @Test
    void aCutBelowTheWatermarkIsAnAlarm() {
        replica.machine.becomeFollower(new CommittedPartition(2, 5, 0, THREE, THREE, new int[0]));
        replica.write(10);
        replica.machine.leaderHighWatermark(5, 8);

        replica.machine.localTruncated(8);
        assertThat(replica.alarm).isEqualTo(-1);
        replica.machine.localTruncated(6);
        assertThat(replica.alarm).isEqualTo(8);
        assertThat(replica.machine.highWatermark()).isEqualTo(6);
    }
}
