package io.millrace.log.replica;

import static io.millrace.log.replica.ReplicaFixture.LAG_MS;
import static io.millrace.log.replica.ReplicaFixture.RETRY_MS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Who joins and leaves the in-sync replicas by a leader's word, and when that counts.
 *
 * <p>Thread: one.
 */
class InSyncReplicasTest {
    private final ReplicaFixture replica = new ReplicaFixture();

    @Test
    void anAdditionCountsAtOnce() {
        replica.lead(0, 0, 1, 2);
        replica.write(10);
        replica.fetch(2, 4);

        replica.fetch(3, 4);

        assertThat(replica.proposals).singleElement().satisfies(p -> {
            assertThat(p.brokerIds()).containsExactly(1, 2, 3);
            assertThat(p.members().get(2).brokerEpoch()).isEqualTo(ReplicaFixture.FOLLOWERS_BROKER_EPOCH);
            assertThat(p.partitionEpoch()).isZero();
        });
        assertThat(replica.machine.maximalIsrSize()).isEqualTo(3);
        replica.fetch(2, 10);
        assertThat(replica.machine.highWatermark())
                .as("it waits for the joiner")
                .isEqualTo(4);
        replica.fetch(3, 10);
        assertThat(replica.machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aRemovalCountsOnlyWhenCommitted() {
        replica.lead(0, 0, 1, 2);
        replica.write(10);
        replica.nowMs += LAG_MS + 1;
        replica.machine.tick(replica.nowMs);

        assertThat(replica.proposals)
                .singleElement()
                .extracting(IsrProposal::brokerIds)
                .isEqualTo(new int[] {1});
        assertThat(replica.machine.isInMaximalIsr(2)).isTrue();
        assertThat(replica.machine.highWatermark()).isZero();

        replica.lead(0, 1, 1);

        assertThat(replica.machine.isInMaximalIsr(2)).isFalse();
        assertThat(replica.machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aFollowerJoinsOnlyWithAllOfTheEpochsBefore() {
        replica.lead(0, 0, 1);
        replica.write(10);
        replica.lead(3, 1, 1);
        replica.write(12);

        replica.fetch(2, 9);
        assertThat(replica.proposals).isEmpty();
        replica.fetch(2, 10);

        assertThat(replica.machine.highWatermark()).isEqualTo(12);
        assertThat(replica.proposals).as("it is below the watermark").isEmpty();
        replica.fetch(2, 12);
        assertThat(replica.proposals).hasSize(1);
    }

    @Test
    void aFencedFollowerIsNotProposedAndNotWaitedFor() {
        replica.ineligible.add(3);
        replica.lead(0, 0, 1);
        replica.write(10);
        replica.fetch(3, 10);
        replica.write(20);

        assertThat(replica.proposals).isEmpty();
        assertThat(replica.machine.highWatermark()).isEqualTo(20);

        replica.fetch(3, 20);
        replica.ineligible.clear();
        replica.machine.livenessChanged(replica.nowMs);
        assertThat(replica.proposals).hasSize(1);
    }

    @Test
    void aFollowerThatComesBackIsWaitedForOnlyWhenItHasShownThatItKeepsPace() {
        replica.lead(0, 0, 1, 2, 3);
        replica.write(10);
        replica.fetch(2, 10);
        replica.fetch(3, 10);
        replica.ineligible.add(3);
        replica.lead(0, 1, 1, 2);
        replica.write(100);
        replica.fetch(2, 100);

        replica.machine.followerFetched(3, 8, 10, replica.nowMs);
        replica.ineligible.clear();
        replica.machine.livenessChanged(replica.nowMs);
        replica.write(110);
        replica.fetch(2, 110);

        assertThat(replica.machine.highWatermark())
                .as("it has much to catch up with, and nobody waits for that")
                .isEqualTo(110);

        replica.machine.followerFetched(3, 8, 100, replica.nowMs);
        replica.write(120);
        replica.machine.followerFetched(3, 8, 110, replica.nowMs);
        replica.fetch(2, 120);

        assertThat(replica.machine.highWatermark())
                .as("it has had all that there was when it asked before")
                .isEqualTo(110);
        assertThat(replica.proposals)
                .as("so that it reaches the watermark and joins")
                .hasSize(1);
    }

    @Test
    void anIdleFollowerIsCaughtUpUntilTheLeaderGrows() {
        replica.lead(0, 0, 1, 2);
        replica.write(10);
        replica.fetch(2, 10);
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(Long.MAX_VALUE);
        replica.nowMs += 100 * LAG_MS;

        replica.write(11);
        replica.machine.tick(replica.nowMs);

        assertThat(replica.proposals).as("it had everything a moment ago").isEmpty();
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(replica.nowMs + LAG_MS + 1);
        replica.nowMs += LAG_MS + 1;
        replica.machine.tick(replica.nowMs);
        assertThat(replica.proposals).hasSize(1);
    }

    @Test
    void aFollowerThatKeepsPaceWithABusyLeaderIsNotALaggard() {
        replica.lead(0, 0, 1, 2);
        for (int i = 1; i < 100; i++) {
            replica.write(10L * i);
            replica.nowMs += 100;
            // Never quite at the end, always where the leader was at the fetch before.
            replica.fetch(2, 10L * (i - 1));
            replica.machine.tick(replica.nowMs);
        }

        assertThat(replica.proposals).isEmpty();
    }

    @Test
    void anUnknownOutcomeStaysPendingAndIsSentAgainWordForWord() {
        replica.lead(0, 0, 1);
        replica.fetch(2, 0);
        assertThat(replica.proposals).hasSize(1);
        // The member restarts: the copies still mean the life that was in sync.
        replica.machine.followerFetched(2, 8, 0, replica.nowMs);

        replica.machine.isrProposalAnswered(replica.proposals.get(0).proposalId(), IsrAnswer.UNKNOWN, replica.nowMs);
        assertThat(replica.machine.isInMaximalIsr(2)).isTrue();
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(replica.nowMs + RETRY_MS);
        replica.nowMs += RETRY_MS;
        replica.machine.tick(replica.nowMs);

        assertThat(replica.proposals).hasSize(2);
        assertThat(replica.proposals.get(1).members())
                .isEqualTo(replica.proposals.get(0).members());
        replica.lead(0, 1, 1, 2);
        assertThat(replica.machine.isIsrProposalPending()).isFalse();
    }

    @Test
    void aRefusedAdditionIsWaitedForUntilNoCopyOfItCanBeCommitted() {
        replica.lead(0, 0, 1);
        replica.fetch(2, 0);
        replica.write(10);
        IsrProposal addition = replica.proposals.get(0);

        replica.machine.isrProposalAnswered(addition.proposalId(), IsrAnswer.NOT_APPLIED, replica.nowMs);

        assertThat(replica.proposals).hasSize(2);
        assertThat(replica.proposals.get(1).brokerIds()).as("the barrier").containsExactly(1);
        assertThat(replica.proposals.get(1).partitionEpoch()).isZero();
        assertThat(replica.machine.isInMaximalIsr(2)).isTrue();
        assertThat(replica.machine.highWatermark()).isZero();

        replica.ineligible.add(2);
        replica.lead(0, 1, 1);
        assertThat(replica.machine.isInMaximalIsr(2)).isFalse();
        assertThat(replica.machine.highWatermark()).isEqualTo(10);
    }

    @Test
    void aRefusedRemovalIsOverAndTriedAgainLater() {
        replica.lead(0, 0, 1, 2);
        replica.write(10);
        replica.nowMs += LAG_MS + 1;
        replica.machine.tick(replica.nowMs);

        replica.machine.isrProposalAnswered(
                replica.proposals.get(0).proposalId(), IsrAnswer.NOT_APPLIED, replica.nowMs);
        replica.machine.tick(replica.nowMs);
        assertThat(replica.proposals).hasSize(1);
        assertThat(replica.machine.isIsrProposalPending()).isFalse();
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(replica.nowMs + RETRY_MS);

        replica.nowMs += RETRY_MS;
        replica.machine.tick(replica.nowMs);
        assertThat(replica.proposals).hasSize(2);
    }

    @Test
    void oneProposalAtATime() {
        replica.lead(0, 0, 1);
        replica.fetch(2, 0);
        replica.fetch(3, 0);
        assertThat(replica.proposals).hasSize(1);

        replica.lead(0, 1, 1, 2);

        assertThat(replica.proposals).hasSize(2);
        assertThat(replica.proposals.get(1).brokerIds()).containsExactly(1, 2, 3);
        assertThat(replica.proposals.get(1).partitionEpoch()).isEqualTo(1);
    }

    @Test
    void answersToAnEarlierEpochsProposalsAreNotMistaken() {
        replica.lead(0, 0, 1);
        replica.fetch(2, 0);
        replica.lead(1, 1, 1);
        replica.fetch(2, 0);
        assertThat(replica.proposals).hasSize(2);

        replica.machine.isrProposalAnswered(
                replica.proposals.get(0).proposalId(), IsrAnswer.NOT_APPLIED, replica.nowMs);

        assertThat(replica.machine.isIsrProposalPending()).isTrue();
        assertThat(replica.proposals).hasSize(2);
    }

    @Test
    void aFetchOfAnEarlierLifeOrFromAStrangerOrBeyondTheEndCountsForNothing() {
        replica.lead(0, 0, 1, 2, 3);
        replica.write(10);
        replica.machine.followerFetched(2, 9, 0, replica.nowMs);

        assertThat(replica.machine.followerFetched(2, 8, 10, replica.nowMs))
                .isEqualTo(FollowerFetch.STALE_BROKER_EPOCH);
        assertThat(replica.machine.followerFetched(4, 8, 10, replica.nowMs)).isEqualTo(FollowerFetch.NOT_A_REPLICA);
        assertThat(replica.machine.followerFetched(3, 8, 11, replica.nowMs)).isEqualTo(FollowerFetch.BEYOND_END);
        assertThat(replica.machine.followerEnd(2)).isZero();
        assertThat(replica.machine.followerEnd(3)).isEqualTo(-1);
    }
}
