package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who leads, and who might: rules 14 and 15, and the eligible leaders of KIP-966. */
class ElectionsTest {
    private static final Map<String, String> MIN_TWO = Map.of("min.insync.replicas", "2");

    @Test
    void whoLeavesUnderTheMinimumStaysEligible() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", MIN_TWO, 1, 2, 3);

        cluster.lose(3);
        assertThat(cluster.partition("t").elr()).isEmpty();
        cluster.lose(2);

        PartitionImage partition = cluster.partition("t");
        assertThat(partition.isr()).containsExactly(1);
        assertThat(partition.elr()).containsExactly(2);
        assertThat(partition.leader()).isEqualTo(1);
    }

    @Test
    void anEligibleReplicaLeadsWhenNobodyIsInSync() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", MIN_TWO, 1, 2, 3);
        cluster.lose(3);
        cluster.lose(2);
        cluster.lose(1);
        assertThat(cluster.partition("t").leader()).isEqualTo(PartitionImage.NO_LEADER);
        assertThat(cluster.partition("t").elr()).containsExactlyInAnyOrder(1, 2);

        cluster.join(3, "rack-3");
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        cluster.join(2, "rack-2");

        PartitionImage partition = cluster.partition("t");
        assertThat(partition.leader()).isEqualTo(2);
        assertThat(partition.isr()).containsExactly(2);
        assertThat(partition.elr()).containsExactly(1);
        assertThat(partition.recoveryState()).isEqualTo(PartitionRecord.RECOVERED);
    }

    @Test
    void theMinimumIsNeverMoreThanThereAreReplicas() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of("min.insync.replicas", "5"), 1, 2);

        assertThat(cluster.partition("t").elr()).isEmpty();
        cluster.lose(2);

        assertThat(cluster.partition("t").isr()).containsExactly(1);
        assertThat(cluster.partition("t").elr()).containsExactly(2);
    }

    @Test
    void aReplicaThatMayHaveLostDataIsNotEligible() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", MIN_TWO, 1, 2, 3);
        cluster.lose(3);
        cluster.lose(2);

        cluster.register(2, -1);

        assertThat(cluster.partition("t").elr()).isEmpty();
        cluster.lose(1);
        cluster.heartbeat(2);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        assertThat(cluster.partition("t").elr()).containsExactly(1);
    }

    @Test
    void b13whatWasSyncedBeforeItWasAcknowledgedSurvivesALostPageCache() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of("min.insync.replicas", "2", "flush.mode", "group"), 1, 2, 3);
        cluster.lose(3);
        cluster.lose(2);

        cluster.register(2, -1);

        assertThat(cluster.partition("t").elr()).containsExactly(2);
    }

    @Test
    void uncleanElectionHappensOnlyWhereItIsAllowed() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("careful", Map.of(), 1, 2);
        cluster.assign("careless", Map.of("unclean.leader.election.enable", "true"), 1, 2);
        cluster.lose(2);
        cluster.lose(1);

        cluster.join(2, null);

        assertThat(cluster.partition("careful").hasLeader()).isFalse();
        PartitionImage careless = cluster.partition("careless");
        assertThat(careless.leader()).isEqualTo(2);
        assertThat(careless.isr()).containsExactly(2);
        assertThat(careless.elr()).isEmpty();
        assertThat(careless.recoveryState()).isEqualTo(PartitionRecord.RECOVERING);
    }

    @Test
    void allowingUncleanElectionHelpsAtOnce() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);
        cluster.lose(2);
        cluster.lose(1);
        cluster.join(2, null);

        cluster.submit(ConfigChangesTest.set((byte) 2, "t", "unclean.leader.election.enable", "true"));

        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void aLowerMinimumEndsEligibilityWhereTheWatermarkMovesOn() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", MIN_TWO, 1, 2);
        cluster.lose(2);
        assertThat(cluster.partition("t").elr()).containsExactly(2);

        cluster.submit(ConfigChangesTest.set((byte) 2, "t", "min.insync.replicas", "1"));

        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    @Test
    void aLowerMinimumKeepsThoseWhoMustLeadAgain() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", MIN_TWO, 1, 2);
        cluster.lose(2);
        cluster.lose(1);

        cluster.submit(ConfigChangesTest.set((byte) 2, "t", "min.insync.replicas", "1"));

        assertThat(cluster.partition("t").elr()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void theAssignmentsOrderDecidesAmongThoseInSync() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 3, 1, 2);

        cluster.lose(3);

        assertThat(cluster.partition("t").leader()).isEqualTo(1);
    }

    @Test
    void aBrokerThatReturnsDoesNotTakeLeadershipAway() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);
        cluster.lose(1);
        int epoch = cluster.partition("t").leaderEpoch();

        cluster.join(1, null);

        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(epoch);
        assertThat(cluster.partition("t").isr()).containsExactly(2);
    }

    @Test
    void eligibleReplicasThatComeBackIntoTheIsrAreNotEligibleBesides() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of("min.insync.replicas", "3"), 1, 2, 3);
        cluster.lose(2);
        cluster.lose(3);
        cluster.join(2, null);

        PartitionImage before = cluster.partition("t");
        AlterPartition.Outcome outcome = cluster.submit(new AlterPartition(
                1,
                cluster.image.broker(1).epoch(),
                List.of(new AlterPartition.Partition(
                        cluster.image.topic("t").id(),
                        0,
                        before.leaderEpoch(),
                        before.partitionEpoch(),
                        List.of(new AlterPartition.IsrMember(1, -1), new AlterPartition.IsrMember(2, -1)),
                        PartitionRecord.RECOVERED))));

        assertThat(outcome.partitions().get(0).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
        assertThat(cluster.partition("t").elr()).containsExactly(3);
    }
}
