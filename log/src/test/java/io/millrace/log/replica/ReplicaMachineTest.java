package io.millrace.log.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replica.ReplicaRole.Follower;
import io.millrace.log.replica.ReplicaRole.Leader;
import io.millrace.log.replica.ReplicaRole.Offline;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules of a replica one by one.
 *
 * <p>Thread: one.
 */
class ReplicaMachineTest {
    private static final int ME = 1;
    private static final int[] THREE = {1, 2, 3};
    private static final long LAG_MS = 1_000;
    private static final long RETRY_MS = 50;

    private final List<IsrProposal> proposals = new ArrayList<>();
    private final List<ReplicaRole> roles = new ArrayList<>();
    private final List<Integer> ineligible = new ArrayList<>();
    private long alarm = -1;
    private long nowMs = 10_000;
    private ReplicaMachine machine = machine(1, false);

    private ReplicaMachine machine(int minInsyncReplicas, boolean groupMode) {
        ReplicaEffects effects = new ReplicaEffects() {
            @Override
            public void roleChanged(ReplicaRole before, ReplicaRole now) {
                roles.add(now);
            }

            @Override
            public void highWatermarkAdvanced(long highWatermark) {
                assertThat(highWatermark).isEqualTo(machine.highWatermark());
            }

            @Override
            public void proposeIsr(IsrProposal proposal) {
                proposals.add(proposal);
            }

            @Override
            public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
                alarm = highWatermark;
            }
        };
        return new ReplicaMachine(
                new ReplicaOptions(ME, LAG_MS, RETRY_MS),
                (broker, epoch) -> !ineligible.contains(broker),
                effects,
                0,
                0,
                0,
                minInsyncReplicas,
                groupMode);
    }

    private void lead(int epoch, int partitionEpoch, int... isr) {
        machine.becomeLeader(new CommittedPartition(ME, epoch, partitionEpoch, THREE, isr, new int[0]), end(), nowMs);
    }

    private long end;

    private long end() {
        return end;
    }

    private void write(long to) {
        end = to;
        machine.localProgress(to, 0, nowMs);
    }

    private FollowerFetch fetch(int broker, long offset) {
        return machine.followerFetched(broker, 7, offset, nowMs);
    }

    @Test
    void aSoleReplicaShowsWhatItHasWritten() {
        machine.becomeLeader(new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, nowMs);
        write(5);

        assertThat(machine.highWatermark()).isEqualTo(5);
        assertThat(machine.ackOutcome(0, 5)).isEqualTo(AckOutcome.ACKNOWLEDGED);
        assertThat(machine.ackOutcome(0, 6)).isEqualTo(AckOutcome.WAIT);
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void inGroupModeASoleReplicaShowsWhatIsSynced() {
        machine = machine(1, true);
        machine.becomeLeader(new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, nowMs);
        machine.localProgress(5, 3, nowMs);

        assertThat(machine.highWatermark()).isEqualTo(3);

        machine.configure(1, false, nowMs);
        assertThat(machine.highWatermark()).isEqualTo(5);
    }

    @Test
    void theWatermarkIsTheLeastEndOfTheInSyncReplicas() {
        lead(0, 0, 1, 2, 3);
        write(10);
        assertThat(machine.highWatermark()).isZero();

        fetch(2, 8);
        assertThat(machine.highWatermark()).isZero();
        fetch(3, 4);
        assertThat(machine.highWatermark()).isEqualTo(4);
        fetch(3, 10);
        assertThat(machine.highWatermark()).isEqualTo(8);
    }

    @Test
    void theWatermarkDoesNotFallWhenAFollowerGoesBack() {
        lead(0, 0, 1, 2, 3);
        write(10);
        fetch(2, 10);
        fetch(3, 10);

        fetch(3, 2);

        assertThat(machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void underTheMinimumTheWatermarkStandsAndAcksAllIsNotAdmitted() {
        machine = machine(2, false);
        lead(0, 0, 1);
        write(10);

        assertThat(machine.isUnderMinIsr()).isTrue();
        assertThat(machine.highWatermark()).isZero();
        assertThat(machine.admit(true)).isEqualTo(AppendAdmission.NOT_ENOUGH_REPLICAS);
        assertThat(machine.admit(false)).isEqualTo(AppendAdmission.ADMITTED);
    }

    @Test
    void theMinimumIsAtMostTheReplicationFactor() {
        machine = machine(5, false);
        machine.becomeLeader(new CommittedPartition(ME, 0, 0, new int[] {ME}, new int[] {ME}, new int[0]), 0, nowMs);

        assertThat(machine.admit(true)).isEqualTo(AppendAdmission.ADMITTED);
    }

    @Test
    void anAppendOnTooFewReplicasIsToldSoAfterwards() {
        machine = machine(2, false);
        lead(0, 0, 1, 2);
        write(10);
        fetch(2, 10);
        assertThat(machine.ackOutcome(0, 10)).isEqualTo(AckOutcome.ACKNOWLEDGED);

        ineligible.add(2);
        lead(0, 1, 1);

        assertThat(machine.ackOutcome(0, 10)).isEqualTo(AckOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }

    @Test
    void anAppendOfAnEarlierEpochHasNoLeader() {
        lead(0, 0, 1);
        write(10);
        lead(1, 1, 1);

        assertThat(machine.ackOutcome(0, 5)).isEqualTo(AckOutcome.NOT_LEADER);
    }

    @Test
    void anAdditionCountsAtOnce() {
        lead(0, 0, 1, 2);
        write(10);
        fetch(2, 4);

        fetch(3, 4);

        assertThat(proposals).singleElement().satisfies(p -> {
            assertThat(p.brokerIds()).containsExactly(1, 2, 3);
            assertThat(p.members().get(2).brokerEpoch()).isEqualTo(7);
            assertThat(p.partitionEpoch()).isZero();
        });
        assertThat(machine.maximalIsrSize()).isEqualTo(3);
        fetch(2, 10);
        assertThat(machine.highWatermark()).as("it waits for the joiner").isEqualTo(4);
        fetch(3, 10);
        assertThat(machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aRemovalCountsOnlyWhenCommitted() {
        lead(0, 0, 1, 2);
        write(10);
        nowMs += LAG_MS + 1;
        machine.tick(nowMs);

        assertThat(proposals).singleElement().extracting(IsrProposal::brokerIds).isEqualTo(new int[] {1});
        assertThat(machine.isInMaximalIsr(2)).isTrue();
        assertThat(machine.highWatermark()).isZero();

        lead(0, 1, 1);

        assertThat(machine.isInMaximalIsr(2)).isFalse();
        assertThat(machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aFollowerJoinsOnlyWithAllOfTheEpochsBefore() {
        lead(0, 0, 1);
        write(10);
        lead(3, 1, 1);
        write(12);

        fetch(2, 9);
        assertThat(proposals).isEmpty();
        fetch(2, 10);

        assertThat(machine.highWatermark()).isEqualTo(12);
        assertThat(proposals).as("it is below the watermark").isEmpty();
        fetch(2, 12);
        assertThat(proposals).hasSize(1);
    }

    @Test
    void aFencedFollowerIsNotProposedAndNotWaitedFor() {
        ineligible.add(3);
        lead(0, 0, 1);
        write(10);
        fetch(3, 10);
        write(20);

        assertThat(proposals).isEmpty();
        assertThat(machine.highWatermark()).isEqualTo(20);

        fetch(3, 20);
        ineligible.clear();
        machine.livenessChanged(nowMs);
        assertThat(proposals).hasSize(1);
    }

    @Test
    void aFollowerThatComesBackIsWaitedForOnlyWhenItHasShownThatItKeepsPace() {
        lead(0, 0, 1, 2, 3);
        write(10);
        fetch(2, 10);
        fetch(3, 10);
        ineligible.add(3);
        lead(0, 1, 1, 2);
        write(100);
        fetch(2, 100);

        machine.followerFetched(3, 8, 10, nowMs);
        ineligible.clear();
        machine.livenessChanged(nowMs);
        write(110);
        fetch(2, 110);

        assertThat(machine.highWatermark())
                .as("it has much to catch up with, and nobody waits for that")
                .isEqualTo(110);

        machine.followerFetched(3, 8, 100, nowMs);
        write(120);
        machine.followerFetched(3, 8, 110, nowMs);
        fetch(2, 120);

        assertThat(machine.highWatermark())
                .as("it has had all that there was when it asked before")
                .isEqualTo(110);
        assertThat(proposals).as("so that it reaches the watermark and joins").hasSize(1);
    }

    @Test
    void anIdleFollowerIsCaughtUpUntilTheLeaderGrows() {
        lead(0, 0, 1, 2);
        write(10);
        fetch(2, 10);
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(Long.MAX_VALUE);
        nowMs += 100 * LAG_MS;

        write(11);
        machine.tick(nowMs);

        assertThat(proposals).as("it had everything a moment ago").isEmpty();
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(nowMs + LAG_MS + 1);
        nowMs += LAG_MS + 1;
        machine.tick(nowMs);
        assertThat(proposals).hasSize(1);
    }

    @Test
    void aFollowerThatKeepsPaceWithABusyLeaderIsNotALaggard() {
        lead(0, 0, 1, 2);
        for (int i = 1; i < 100; i++) {
            write(10L * i);
            nowMs += 100;
            // Never quite at the end, always where the leader was at the fetch before.
            fetch(2, 10L * (i - 1));
            machine.tick(nowMs);
        }

        assertThat(proposals).isEmpty();
    }

    @Test
    void anUnknownOutcomeStaysPendingAndIsSentAgainWordForWord() {
        lead(0, 0, 1);
        fetch(2, 0);
        assertThat(proposals).hasSize(1);
        // The member restarts: the copies still mean the life that was in sync.
        machine.followerFetched(2, 8, 0, nowMs);

        machine.isrProposalAnswered(proposals.get(0).proposalId(), IsrAnswer.UNKNOWN, nowMs);
        assertThat(machine.isInMaximalIsr(2)).isTrue();
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(nowMs + RETRY_MS);
        nowMs += RETRY_MS;
        machine.tick(nowMs);

        assertThat(proposals).hasSize(2);
        assertThat(proposals.get(1).members()).isEqualTo(proposals.get(0).members());
        lead(0, 1, 1, 2);
        assertThat(machine.isIsrProposalPending()).isFalse();
    }

    @Test
    void aRefusedAdditionIsWaitedForUntilNoCopyOfItCanBeCommitted() {
        lead(0, 0, 1);
        fetch(2, 0);
        write(10);
        IsrProposal addition = proposals.get(0);

        machine.isrProposalAnswered(addition.proposalId(), IsrAnswer.NOT_APPLIED, nowMs);

        assertThat(proposals).hasSize(2);
        assertThat(proposals.get(1).brokerIds()).as("the barrier").containsExactly(1);
        assertThat(proposals.get(1).partitionEpoch()).isZero();
        assertThat(machine.isInMaximalIsr(2)).isTrue();
        assertThat(machine.highWatermark()).isZero();

        ineligible.add(2);
        lead(0, 1, 1);
        assertThat(machine.isInMaximalIsr(2)).isFalse();
        assertThat(machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aRefusedRemovalIsOverAndTriedAgainLater() {
        lead(0, 0, 1, 2);
        write(10);
        nowMs += LAG_MS + 1;
        machine.tick(nowMs);

        machine.isrProposalAnswered(proposals.get(0).proposalId(), IsrAnswer.NOT_APPLIED, nowMs);
        machine.tick(nowMs);
        assertThat(proposals).hasSize(1);
        assertThat(machine.isIsrProposalPending()).isFalse();
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(nowMs + RETRY_MS);

        nowMs += RETRY_MS;
        machine.tick(nowMs);
        assertThat(proposals).hasSize(2);
    }

    @Test
    void oneProposalAtATime() {
        lead(0, 0, 1);
        fetch(2, 0);
        fetch(3, 0);
        assertThat(proposals).hasSize(1);

        lead(0, 1, 1, 2);

        assertThat(proposals).hasSize(2);
        assertThat(proposals.get(1).brokerIds()).containsExactly(1, 2, 3);
        assertThat(proposals.get(1).partitionEpoch()).isEqualTo(1);
    }

    @Test
    void answersToAnEarlierEpochsProposalsAreNotMistaken() {
        lead(0, 0, 1);
        fetch(2, 0);
        lead(1, 1, 1);
        fetch(2, 0);
        assertThat(proposals).hasSize(2);

        machine.isrProposalAnswered(proposals.get(0).proposalId(), IsrAnswer.NOT_APPLIED, nowMs);

        assertThat(machine.isIsrProposalPending()).isTrue();
        assertThat(proposals).hasSize(2);
    }

    @Test
    void aFetchOfAnEarlierLifeOrFromAStrangerOrBeyondTheEndCountsForNothing() {
        lead(0, 0, 1, 2, 3);
        write(10);
        machine.followerFetched(2, 9, 0, nowMs);

        assertThat(machine.followerFetched(2, 8, 10, nowMs)).isEqualTo(FollowerFetch.STALE_BROKER_EPOCH);
        assertThat(machine.followerFetched(4, 8, 10, nowMs)).isEqualTo(FollowerFetch.NOT_A_REPLICA);
        assertThat(machine.followerFetched(3, 8, 11, nowMs)).isEqualTo(FollowerFetch.BEYOND_END);
        assertThat(machine.followerEnd(2)).isZero();
        assertThat(machine.followerEnd(3)).isEqualTo(-1);
    }

    @Test
    void aNewLeaderForgetsItsFollowersAndDoesNotKnowTheLatestOffsetUntilTheyHaveCaughtUp() {
        write(10);
        lead(4, 0, 1, 2);

        assertThat(machine.role()).isEqualTo(new Leader(4, 10));
        assertThat(machine.isLatestKnown()).isFalse();
        fetch(2, 9);
        assertThat(machine.isLatestKnown()).isFalse();
        fetch(2, 10);
        assertThat(machine.isLatestKnown()).isTrue();

        lead(6, 1, 1, 2);
        assertThat(machine.followerEnd(2)).isEqualTo(-1);
    }

    @Test
    void anEpochThatWasToStartBehindAppendsThatFailedStartsWhereTheLogEnds() {
        write(10);
        end = 15;
        lead(4, 0, 1, 2);
        assertThat(machine.role()).isEqualTo(new Leader(4, 15));

        machine.localAppendsFailed(10);
        fetch(2, 10);
        fetch(3, 10);

        assertThat(machine.isLatestKnown()).isTrue();
        assertThat(proposals).hasSize(1);
    }

    @Test
    void aFollowersWatermarkIsTheLeadersAsFarAsItsLogReaches() {
        machine.becomeFollower(new CommittedPartition(2, 5, 0, THREE, THREE, new int[0]));
        assertThat(machine.role()).isEqualTo(new Follower(5, 2));
        write(4);

        machine.leaderHighWatermark(5, 9);
        assertThat(machine.highWatermark()).isEqualTo(4);
        write(20);
        assertThat(machine.highWatermark()).isEqualTo(9);
        machine.leaderHighWatermark(5, 7);
        machine.leaderHighWatermark(4, 15);
        assertThat(machine.highWatermark()).isEqualTo(9);
        assertThat(machine.admit(false)).isEqualTo(AppendAdmission.NOT_LEADER);
        assertThat(fetch(3, 0)).isEqualTo(FollowerFetch.NOT_LEADER);
    }

    @Test
    void aCutBelowTheWatermarkIsAnAlarm() {
        machine.becomeFollower(new CommittedPartition(2, 5, 0, THREE, THREE, new int[0]));
        write(10);
        machine.leaderHighWatermark(5, 8);

        machine.localTruncated(8);
        assertThat(alarm).isEqualTo(-1);
        machine.localTruncated(6);
        assertThat(alarm).isEqualTo(8);
        assertThat(machine.highWatermark()).isEqualTo(6);
    }

    @Test
    void lateAndRepeatedRecordsChangeNothing() {
        lead(3, 7, 1, 2);
        roles.clear();

        lead(3, 7, 1);
        lead(3, 6, 1);
        lead(2, 9, 1);
        machine.becomeFollower(new CommittedPartition(2, 2, 9, THREE, THREE, new int[0]));
        machine.becomeLeaderless(new CommittedPartition(-1, 3, 7, THREE, THREE, new int[0]));

        assertThat(roles).isEmpty();
        assertThat(machine.isLeader()).isTrue();
        assertThat(machine.maximalIsrSize()).isEqualTo(2);
    }

    @Test
    void aHigherEpochEndsTheRoleBeforeItsRecordArrives() {
        lead(3, 7, 1, 2);

        machine.higherEpochSeen(3);
        assertThat(machine.isLeader()).isTrue();
        machine.higherEpochSeen(4);

        assertThat(machine.role()).isInstanceOf(Offline.class);
        assertThat(machine.checkEpoch(3)).isEqualTo(EpochCheck.FENCED);
        assertThat(machine.checkEpoch(4)).isEqualTo(EpochCheck.CURRENT);
        assertThat(machine.checkEpoch(5)).isEqualTo(EpochCheck.UNKNOWN);
        assertThat(machine.checkEpoch(-1)).isEqualTo(EpochCheck.CURRENT);
        lead(3, 8, 1, 2);
        assertThat(machine.isLeader()).isFalse();
        lead(4, 9, 1, 2);
        assertThat(machine.isLeader()).isTrue();
    }

    @Test
    void withoutALeaderItIsOfflineAndNeedsNoTick() {
        lead(0, 0, 1, 2);
        machine.becomeLeaderless(new CommittedPartition(-1, 1, 1, THREE, new int[] {2}, new int[0]));

        assertThat(machine.role()).isInstanceOf(Offline.class);
        assertThat(machine.nextTickMs(nowMs)).isEqualTo(Long.MAX_VALUE);
        machine.tick(nowMs);
        assertThat(machine.maximalIsrSize()).isZero();
    }
}
