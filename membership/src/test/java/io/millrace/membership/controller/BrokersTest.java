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
    void theOnlyReplicaThatMayHaveLostDataLeadsAsTheLastKnownLeader() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);
        cluster.assign("t", Map.of(), 1);

        cluster.register(1, -1);
        PartitionImage waiting = cluster.partition("t");
        cluster.heartbeat(1);

        assertThat(waiting.leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(waiting.isr()).isEmpty();
        assertThat(waiting.elr()).isEmpty();
        assertThat(waiting.lastKnownElr()).containsExactly(1);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").recoveryState()).isEqualTo(PartitionRecord.RECOVERING);
    }

    /** KAFKA: there it would lead, and who has the records would delete them. */
    @Test
    void theLastKnownLeaderDoesNotLeadWithoutItsDiskWhereOthersHaveOne() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);
        cluster.lose(2);
        cluster.register(2, -1);
        assertThat(cluster.partition("t").isr()).as("led by 1 alone").containsExactly(1);

        long epoch = cluster.image.broker(1).epoch();
        cluster.lose(1);
        assertThat(cluster.partition("t").lastKnownElr()).containsExactly(1);
        cluster.submit(new RegisterBroker(
                TestCluster.CLUSTER_ID, 1, new UUID(8, 8), List.of(), null, List.of(new UUID(99, 99)), epoch));
        cluster.heartbeat(1);
        cluster.heartbeat(2);

        assertThat(cluster.partition("t").lastKnownElr()).isEmpty();
        assertThat(cluster.partition("t").leader())
                .as("neither may: whoever runs the cluster decides")
                .isEqualTo(PartitionImage.NO_LEADER);
    }

    /** It may have died before it heard that it was registered: the next one knows of no later life than the one before. */
    @Test
    void b13aLifeThatNeverServedTakesNothingFromTheOneBefore() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of("min.insync.replicas", "2"), 1, 2);
        cluster.lose(2);
        cluster.lose(1);
        assertThat(cluster.partition("t").elr()).containsExactly(1, 2);
        long served = cluster.image.broker(1).epoch();

        cluster.register(1, served);
        cluster.nowMs += 5_000;
        cluster.register(1, served);
        assertThat(cluster.partition("t").elr()).containsExactly(1, 2);
        assertThat(cluster.partition("t").lastKnownElr()).containsExactly(1);

        cluster.heartbeat(1);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").recoveryState()).isEqualTo(PartitionRecord.RECOVERED);
        cluster.lose(1);
        cluster.register(1, served);
        assertThat(cluster.partition("t").elr())
                .as("a life has served since that it does not know of")
                .doesNotContain(1);
    }

    @Test
    void aBrokerThatComesBackWithoutADiskHasLostData() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);
        cluster.assign("t", Map.of(), 1);

        cluster.submit(new RegisterBroker(
                TestCluster.CLUSTER_ID,
                1,
                new UUID(8, 8),
                List.of(),
                null,
                List.of(new UUID(99, 99)),
                cluster.image.broker(1).epoch()));

        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    @Test
    void aForgottenBrokerIsOutOfEverything() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);

        assertThat(cluster.unregister(1).error()).isEqualTo(ControllerError.NONE);

        assertThat(cluster.image.broker(1)).isNull();
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.BROKER_ID_NOT_REGISTERED);
    }

    /** Rule V33: it may answer for what it leads for a session after the last lease, and hear of nothing. */
    @Test
    void aBrokerThatLivesIsUnregisteredWhenItHasHadNoLeaseForASession() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);
        assertThat(cluster.heartbeat(1).fenced()).isFalse();

        for (int passed = 0; passed < 2_500; passed += 500) {
            assertThat(cluster.submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.REQUEST_TIMED_OUT);
            assertThat(cluster.heartbeat(1).fenced()).as("no lease").isTrue();
            assertThat(cluster.heartbeat(2).fenced()).isFalse();
            assertThat(cluster.partition("t").leader()).isEqualTo(1);
            cluster.nowMs += 500;
        }

        assertThat(cluster.submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void whoIsNoLongerAskedToStandDownServesOn() {
        TestCluster cluster = TestCluster.of(2);
        cluster.submit(new UnregisterBroker(1));
        cluster.nowMs += 1_000;
        assertThat(cluster.heartbeat(1).fenced()).isTrue();
        cluster.nowMs += 1_500;

        assertThat(cluster.heartbeat(1).fenced()).isFalse();
        assertThat(cluster.submit(new UnregisterBroker(1)).error())
                .as("it has a lease again")
                .isEqualTo(ControllerError.REQUEST_TIMED_OUT);
    }

    /** There is nobody else who could lead, and it may not even send heartbeats. */
    @Test
    void theOnlyBrokerIsUnregisteredAtOnce() {
        assertThat(TestCluster.of(1).submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.NONE);
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

    /** A failed log directory takes its leaderships away, not the node. */
    @Test
    void replicasInAFailedDirectoryAreLedByOthersAndTheBrokerServesOn() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("lost", Map.of("min.insync.replicas", "3"), 1, 2, 3);
        cluster.assign("alone", Map.of(), 1);
        cluster.assign("kept", Map.of(), 1, 2);

        GiveUpReplicas.Outcome outcome = cluster.submit(new GiveUpReplicas(
                1,
                cluster.image.broker(1).epoch(),
                List.of(
                        new GiveUpReplicas.Partition(cluster.image.topic("lost").id(), 0),
                        new GiveUpReplicas.Partition(
                                cluster.image.topic("alone").id(), 0))));

        assertThat(outcome.error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.partition("lost").leader()).isEqualTo(2);
        assertThat(cluster.partition("lost").isr()).containsExactly(2, 3);
        assertThat(cluster.partition("lost").elr()).as("what it had is gone").isEmpty();
        assertThat(cluster.partition("alone").hasLeader()).isFalse();
        assertThat(cluster.partition("kept").leader()).isEqualTo(1);
        assertThat(cluster.image.broker(1).isActive()).isTrue();
    }

    /** The leader may have an older fetch of it on its way, and would take it back into the ISR. */
    @Test
    void whoseReplicaIsGivenUpIsLedInANewEpoch() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);
        int before = cluster.partition("t").leaderEpoch();

        giveUp(cluster, 2, "t");

        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 3);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(before + 1);

        long end = cluster.endOffset;
        giveUp(cluster, 2, "t");
        assertThat(cluster.endOffset).as("told again it changes nothing").isEqualTo(end);

        cluster.lose(2);
        cluster.join(2, "rack-2");
        giveUp(cluster, 2, "t");
        assertThat(cluster.partition("t").leaderEpoch())
                .as("in its next life it is news again")
                .isEqualTo(before + 2);
    }

    private static void giveUp(TestCluster cluster, int broker, String topic) {
        cluster.submit(new GiveUpReplicas(
                broker,
                cluster.image.broker(broker).epoch(),
                List.of(new GiveUpReplicas.Partition(cluster.image.topic(topic).id(), 0))));
    }

    /** It lives and may lead all else; without this it would be chosen first, again and again (KIP-858). */
    @Test
    void aReplicaInAFailedDirectoryLeadsNoMoreUntilItsBrokerBeginsANewLife() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of("unclean.leader.election.enable", "true"), 1, 2);
        cluster.assign("alone", Map.of(), 1);
        cluster.lose(2);
        giveUp(cluster, 1, "t");
        giveUp(cluster, 1, "alone");
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        assertThat(cluster.partition("t").isLostAt(1)).isTrue();

        cluster.join(2, "rack-2");
        assertThat(cluster.partition("t").leader())
                .as("uncleanly, but the one that is there")
                .isEqualTo(2);
        assertThat(cluster.partition("alone").hasLeader()).isFalse();
        cluster.submit(new ElectLeaders(true, List.of(new ElectLeaders.Partition("alone", 0))));
        assertThat(cluster.partition("alone").hasLeader())
                .as("asked for, and not possible")
                .isFalse();

        cluster.lose(1);
        cluster.join(1, "rack-1");
        assertThat(cluster.partition("alone").leader())
                .as("the last known leader has it again")
                .isEqualTo(1);
        assertThat(cluster.partition("alone").directories()).isEmpty();
        assertThat(cluster.partition("t").isLostAt(1)).isFalse();
    }

    @Test
    void whatIsSaidOfADirectoryStaysWithItsReplicaWhenReplicasChange() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2);
        giveUp(cluster, 2, "t");

        cluster.submit(new ReassignPartitions(List.of(new ReassignPartitions.Target("t", 0, List.of(3, 2, 1))), true));

        assertThat(cluster.partition("t").replicas()).containsExactly(3, 2, 1);
        assertThat(cluster.partition("t").isLostAt(2)).isTrue();
        assertThat(cluster.partition("t").isLostAt(3)).isFalse();
        assertThat(cluster.partition("t").directories()).hasSize(3);
    }

    @Test
    void anEarlierLifeGivesUpNothing() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);

        assertThat(cluster.submit(new GiveUpReplicas(
                                1,
                                cluster.image.broker(1).epoch() - 1,
                                List.of(new GiveUpReplicas.Partition(
                                        cluster.image.topic("t").id(), 0))))
                        .error())
                .isEqualTo(ControllerError.STALE_BROKER_EPOCH);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
    }
}
