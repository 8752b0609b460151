package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A broker's way: registered, unfenced, lost, back again. */
class BrokersTest {
    @Test
    void aRegisteredBrokerIsFencedAndItsEpochIsWhereItsRegistrationLies() {
        TestCluster cluster = new TestCluster();

        RegisterBroker.Outcome outcome = cluster.register(1, -1);

        assertThat(outcome.error()).isEqualTo(ControllerError.NONE);
        assertThat(outcome.brokerEpoch()).isEqualTo(cluster.image.highestOffset());
        assertThat(cluster.image.broker(1).epoch()).isEqualTo(outcome.brokerEpoch());
        assertThat(cluster.image.broker(1).fenced()).isTrue();
    }

    @Test
    void itIsUnfencedOnlyOnceItHasAppliedItsOwnRegistration() {
        TestCluster cluster = new TestCluster();
        long epoch = cluster.register(1, -1).brokerEpoch();

        BrokerHeartbeat.Outcome early =
                cluster.submit(new BrokerHeartbeat(1, epoch, epoch - 1, false, false, List.of()));
        BrokerHeartbeat.Outcome inTime = cluster.submit(new BrokerHeartbeat(1, epoch, epoch, false, false, List.of()));

        assertThat(early.caughtUp()).isFalse();
        assertThat(early.fenced()).isTrue();
        assertThat(inTime.caughtUp()).isTrue();
        assertThat(inTime.fenced()).isFalse();
        assertThat(cluster.image.broker(1).fenced()).isFalse();
    }

    @Test
    void theSameProcessMayAskAgain() {
        TestCluster cluster = TestCluster.of(1);
        long before = cluster.endOffset;

        RegisterBroker.Outcome outcome = cluster.submit(
                new RegisterBroker(TestCluster.CLUSTER_ID, 1, cluster.incarnation(1), List.of(), null, List.of(), -1));

        assertThat(outcome.brokerEpoch()).isEqualTo(cluster.image.broker(1).epoch());
        assertThat(cluster.endOffset).isEqualTo(before);
    }

    @Test
    void anotherProcessUnderTheSameIdIsRefusedWhileTheFirstLives() {
        TestCluster cluster = TestCluster.of(2);

        assertThat(cluster.register(2, -1).error()).isEqualTo(ControllerError.DUPLICATE_BROKER_REGISTRATION);

        cluster.lose(2);
        assertThat(cluster.register(2, -1).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void theBrokerInTheControllersOwnProcessMayReplaceItsEarlierLifeAtOnce() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);

        assertThat(cluster.register(1, -1).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.machine.nextDeadlineMs()).isEmpty();
    }

    @Test
    void aBrokerOfAnotherClusterIsRefused() {
        RegisterBroker.Outcome outcome = new TestCluster()
                .submit(new RegisterBroker("another", 1, new UUID(1, 1), List.of(), null, List.of(), -1));

        assertThat(outcome.error()).isEqualTo(ControllerError.INCONSISTENT_CLUSTER_ID);
    }

    @Test
    void aHeartbeatOfAnEarlierLifeOrOfNobodyIsRefused() {
        TestCluster cluster = TestCluster.of(1);

        assertThat(cluster.submit(new BrokerHeartbeat(1, 0, 100, false, false, List.of()))
                        .error())
                .isEqualTo(ControllerError.STALE_BROKER_EPOCH);
        assertThat(cluster.submit(new BrokerHeartbeat(9, 0, 100, false, false, List.of()))
                        .error())
                .isEqualTo(ControllerError.BROKER_ID_NOT_REGISTERED);
    }

    @Test
    void aBrokerThatIsSilentForASessionIsFencedAndItsLeadershipsMove() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);

        cluster.lose(1);

        assertThat(cluster.image.broker(1).fenced()).isTrue();
        PartitionImage partition = cluster.partition("t");
        assertThat(partition.leader()).isEqualTo(2);
        assertThat(partition.isr()).containsExactly(2, 3);
        assertThat(partition.leaderEpoch()).isEqualTo(1);
        assertThat(partition.partitionEpoch()).isEqualTo(1);
    }

    @Test
    void theLossOfAFollowerLeavesTheLeaderEpochAlone() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);

        cluster.lose(3);

        PartitionImage partition = cluster.partition("t");
        assertThat(partition.leader()).isEqualTo(1);
        assertThat(partition.leaderEpoch()).isZero();
        assertThat(partition.partitionEpoch()).isEqualTo(1);
    }

    @Test
    void aNewControllerGrantsEveryBrokerAFullSession() {
        TestCluster cluster = TestCluster.of(2);
        cluster.nowMs += 2_000;
        cluster.machine.resign();
        cluster.machine.becomeController(cluster.image, cluster.endOffset, cluster.nowMs);

        assertThat(cluster.machine.expireSessions(cluster.nowMs + 2_499)).isEmpty();
        cluster.commit(cluster.machine.tidy(cluster.nowMs + ClusterUpkeep.SOON_MS));
        assertThat(cluster.machine.nextDeadlineMs()).hasValue(cluster.nowMs + 2_500);
        assertThat(cluster.machine.expireSessions(cluster.nowMs + 2_500)).hasSize(2);
    }

    @Test
    void aProbeEndsOnlyTheLifeItWasMeantFor() {
        TestCluster cluster = TestCluster.of(2);

        assertThat(cluster.machine.brokerIsGone(2, new UUID(9, 9), cluster.nowMs))
                .isEmpty();

        cluster.commit(cluster.machine.brokerIsGone(2, cluster.incarnation(2), cluster.nowMs));
        assertThat(cluster.image.broker(2).fenced()).isTrue();
    }

    @Test
    void aBrokerThatStopsHandsOverFirstAndGoesWhenTheOthersKnow() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);

        BrokerHeartbeat.Outcome first = cluster.heartbeat(1, false, true);
        PartitionImage handedOver = cluster.partition("t");
        cluster.heartbeat(2);
        BrokerHeartbeat.Outcome second = cluster.heartbeat(1, false, true);

        assertThat(first.shouldShutdown()).isFalse();
        assertThat(handedOver.leader()).isEqualTo(2);
        assertThat(handedOver.isr()).containsExactly(2);
        assertThat(cluster.image.broker(1).inControlledShutdown()).isTrue();
        assertThat(second.shouldShutdown()).isTrue();
    }

    @Test
    void theOnlyBrokerMayGoAtOnceAndLeadsAgainWhenItIsBack() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);
        cluster.assign("t", Map.of(), 1);

        assertThat(cluster.heartbeat(1, false, true).shouldShutdown()).isTrue();
        assertThat(cluster.partition("t").leader()).isEqualTo(PartitionImage.NO_LEADER);
        cluster.join(1, null);

        PartitionImage partition = cluster.partition("t");
        assertThat(partition.leader()).isEqualTo(1);
        assertThat(partition.isr()).containsExactly(1);
        assertThat(partition.elr()).isEmpty();
        assertThat(partition.leaderEpoch()).isEqualTo(2);
        assertThat(partition.recoveryState()).isEqualTo(PartitionRecord.RECOVERED);
    }

    @Test
    void producerIdsAreGivenOutInBlocksOfAThousandNeverTwice() {
        TestCluster cluster = TestCluster.of(2);
        long epoch1 = cluster.image.broker(1).epoch();
        long epoch2 = cluster.image.broker(2).epoch();

        AllocateProducerIds.Outcome first = cluster.submit(new AllocateProducerIds(1, epoch1));
        AllocateProducerIds.Outcome second = cluster.submit(new AllocateProducerIds(2, epoch2));

        assertThat(first.firstProducerId()).isZero();
        assertThat(first.count()).isEqualTo(1_000);
        assertThat(second.firstProducerId()).isEqualTo(1_000);
        assertThat(cluster.submit(new AllocateProducerIds(2, epoch1)).error())
                .isEqualTo(ControllerError.STALE_BROKER_EPOCH);
    }

    /** Rule B10: one that was fenced while it hung does not know yet that it leads no more. */
    @Test
    void b10aFencedBrokerServesAgainOnlyWhenItHasAppliedItsFencing() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);
        long before = cluster.image.highestOffset();
        long epoch = cluster.image.broker(1).epoch();
        cluster.lose(1);

        BrokerHeartbeat.Outcome behind = cluster.submit(new BrokerHeartbeat(1, epoch, before, false, false, List.of()));
        assertThat(behind.error()).isEqualTo(ControllerError.NONE);
        assertThat(behind.caughtUp()).isFalse();
        assertThat(behind.fenced()).isTrue();

        assertThat(cluster.heartbeat(1).fenced()).isFalse();
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    /** Rule B10 through a change of controllers, which do not know when others were fenced. */
    @Test
    void b10aNewControllerAsksFencedBrokersForAllThatItTookOver() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);
        long before = cluster.image.highestOffset();
        long epoch = cluster.image.broker(1).epoch();
        cluster.lose(1);
        cluster.machine.resign();
        cluster.commit(cluster.machine.becomeController(cluster.image, cluster.endOffset, cluster.nowMs));

        assertThat(cluster.submit(new BrokerHeartbeat(1, epoch, before, false, false, List.of()))
                        .fenced())
                .isTrue();
        assertThat(cluster.heartbeat(1).fenced()).isFalse();
    }

    @Test
    void theControllersOwnBrokerCountsAsFarAsItsOwnLogIsCommitted() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);
        cluster.join(2, null);

        BrokerHeartbeat.Outcome asked = cluster.heartbeat(2, false, true);
        assertThat(asked.shouldShutdown())
                .as("its handing over is not committed yet")
                .isFalse();

        assertThat(cluster.heartbeat(2, false, true).shouldShutdown())
                .as("broker 1 sends no heartbeats to its own process, and has applied it")
                .isTrue();
    }
}
