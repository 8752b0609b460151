package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.PartitionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas move: begun, completed by the ISR, turned round, cancelled (KIP-455). */
class ReassignmentsTest {
    private final TestCluster cluster = TestCluster.of(6);

    @BeforeEach
    void aPartitionOnTheFirstThree() {
        cluster.assign("t", Map.of(), 1, 2, 3);
    }

    private ReassignPartitions.Result reassign(Integer... brokers) {
        return submit("t", 0, brokers.length == 0 ? null : List.of(brokers), true);
    }

    private ReassignPartitions.Result submit(String topic, int partition, List<Integer> brokers, boolean mayResize) {
        return cluster.submit(new ReassignPartitions(
                        List.of(new ReassignPartitions.Target(topic, partition, brokers)), mayResize))
                .partitions()
                .get(0);
    }

    private void leaderSees(Integer... isr) {
        leaderSees("t", isr);
    }

    private void leaderSees(String topic, Integer... isr) {
        PartitionImage now = cluster.partition(topic);
        List<AlterPartition.IsrMember> members = new ArrayList<>();
        for (int member : isr) {
            members.add(new AlterPartition.IsrMember(member, -1));
        }
        AlterPartition.Outcome outcome = cluster.submit(new AlterPartition(
                now.leader(),
                cluster.image.broker(now.leader()).epoch(),
                List.of(new AlterPartition.Partition(
                        cluster.image.topic(topic).id(),
                        0,
                        now.leaderEpoch(),
                        now.partitionEpoch(),
                        members,
                        PartitionRecord.RECOVERED))));
        assertThat(outcome.partitions().get(0).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void aMoveBeginsWithAllReplicasAndEndsWhenTheNewOnesAreInSync() {
        assertThat(reassign(4, 5, 1).error()).isEqualTo(ControllerError.NONE);

        PartitionImage moving = cluster.partition("t");
        assertThat(moving.replicas()).containsExactly(4, 5, 1, 2, 3);
        assertThat(moving.adding()).containsExactly(4, 5);
        assertThat(moving.removing()).containsExactly(2, 3);
        assertThat(moving.leader()).isEqualTo(1);
        assertThat(moving.leaderEpoch()).isZero();

        leaderSees(1, 2, 3, 4);
        assertThat(cluster.partition("t").isReassigning()).isTrue();
        leaderSees(1, 2, 3, 4, 5);

        PartitionImage moved = cluster.partition("t");
        assertThat(moved.replicas()).containsExactly(4, 5, 1);
        assertThat(moved.isr()).containsExactlyInAnyOrder(1, 4, 5);
        assertThat(moved.isReassigning()).isFalse();
        assertThat(moved.leader()).isEqualTo(1);
    }

    @Test
    void i14whoeverLosesAReplicaSeesANewLeaderEpochEvenUnderTheSameLeader() {
        reassign(1, 2, 4);
        leaderSees(1, 2, 3, 4);

        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(1);
    }

    @Test
    void aLeaderThatGoesIsReplacedByOneInSync() {
        reassign(4, 5, 6);
        leaderSees(1, 2, 3, 4, 5, 6);

        PartitionImage moved = cluster.partition("t");
        assertThat(moved.leader()).isEqualTo(4);
        assertThat(moved.leaderEpoch()).isEqualTo(1);
        assertThat(moved.isr()).containsExactlyInAnyOrder(4, 5, 6);
    }

    @Test
    void takingReplicasAwayNeedsNobodyNew() {
        reassign(2, 1);

        assertThat(cluster.partition("t").replicas()).containsExactly(2, 1);
        assertThat(cluster.partition("t").isReassigning()).isFalse();
    }

    @Test
    void whoHasTheDataStaysUntilOneOfThoseThatRemainHasIt() {
        leaderSees(1);

        reassign(2);

        PartitionImage waiting = cluster.partition("t");
        assertThat(waiting.isReassigning())
                .as("2 is not in sync: it may lack what was acknowledged")
                .isTrue();
        assertThat(waiting.leader()).isEqualTo(1);
        leaderSees(1, 2);
        assertThat(cluster.partition("t").replicas()).containsExactly(2);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    /** What 1 has may be gone, and the controller not know it yet: with 3, two would still have what was acknowledged. */
    @Test
    void whoHasTheDataStaysUntilAsManyAsTheMinimumHaveIt() {
        cluster.assign("two", Map.of("min.insync.replicas", "2"), 1, 2, 3);
        leaderSees("two", 1, 3);

        submit("two", 0, List.of(1, 2), true);

        PartitionImage waiting = cluster.partition("two");
        assertThat(waiting.replicas()).containsExactly(1, 2, 3);
        assertThat(waiting.removing()).containsExactly(3);
        leaderSees("two", 1, 3, 2);
        assertThat(cluster.partition("two").replicas()).containsExactly(1, 2);
        assertThat(cluster.partition("two").isReassigning()).isFalse();
    }

    @Test
    void aMoveThatWaitsForTheMinimumEndsWhenThatIsLowered() {
        cluster.assign("two", Map.of("min.insync.replicas", "2"), 1, 2, 3);
        leaderSees("two", 1, 3);
        submit("two", 0, List.of(1, 2), true);
        assertThat(cluster.partition("two").isReassigning()).isTrue();

        cluster.submit(new IncrementalAlterConfigs(
                List.of(new IncrementalAlterConfigs.Resource(
                        ConfigResource.Type.TOPIC.id(),
                        "two",
                        List.of(new IncrementalAlterConfigs.Change(
                                "min.insync.replicas", IncrementalAlterConfigs.Operation.SET, "1")))),
                false));

        assertThat(cluster.partition("two").replicas()).containsExactly(1, 2);
    }

    @Test
    void anotherOrderIsAMoveThatIsOverAtOnce() {
        reassign(3, 2, 1);

        assertThat(cluster.partition("t").replicas()).containsExactly(3, 2, 1);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").leaderEpoch()).isZero();
    }

    @Test
    void aMoveUnderWayIsTurnedRound() {
        reassign(4, 2, 3);
        leaderSees(1, 2, 3);

        reassign(5, 2, 3);

        PartitionImage turned = cluster.partition("t");
        assertThat(turned.replicas()).containsExactly(5, 2, 3, 4, 1);
        assertThat(turned.adding()).containsExactly(5);
        assertThat(turned.removing()).containsExactly(4, 1);
        leaderSees(1, 2, 3, 5);
        assertThat(cluster.partition("t").replicas()).containsExactly(5, 2, 3);
    }

    @Test
    void cancellingGivesBackWhatWas() {
        reassign(4, 5, 1);
        leaderSees(1, 2, 3, 4);

        assertThat(reassign().error()).isEqualTo(ControllerError.NONE);

        PartitionImage back = cluster.partition("t");
        assertThat(back.replicas()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(back.isr()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(back.isReassigning()).isFalse();
        assertThat(back.leaderEpoch()).as("4 must not count any more").isEqualTo(1);
    }

    /** 4 is in sync and 2 and 3 are not: what was acknowledged meanwhile is on 1 and 4 alone. */
    @Test
    void cancellingTakesNoCopyAwayThatTheMinimumNeeds() {
        cluster.assign("two", Map.of("min.insync.replicas", "2"), 1, 2, 3);
        submit("two", 0, List.of(4, 5, 1), true);
        leaderSees("two", 1, 4);

        submit("two", 0, null, true);

        PartitionImage waiting = cluster.partition("two");
        assertThat(waiting.replicas()).containsExactly(1, 2, 3, 4, 5);
        assertThat(waiting.isr()).containsExactlyInAnyOrder(1, 4);
        assertThat(waiting.removing()).containsExactly(4, 5);
        leaderSees("two", 1, 4, 2);
        assertThat(cluster.partition("two").replicas()).containsExactly(1, 2, 3);
        assertThat(cluster.partition("two").isReassigning()).isFalse();
    }

    @Test
    void cancellingIsRefusedWhereItWouldLoseWhatWasAcknowledged() {
        reassign(4, 5, 6);
        leaderSees(1, 4);
        cluster.lose(1);
        assertThat(cluster.partition("t").isr()).containsExactly(4);

        ReassignPartitions.Result refused = reassign();

        assertThat(refused.error()).isEqualTo(ControllerError.INVALID_REPLICA_ASSIGNMENT);
        assertThat(refused.message())
                .isEqualTo("Unable to revert partition assignment for t:0 because it would require an unclean leader"
                        + " election.");
        assertThat(cluster.partition("t").leader()).isEqualTo(4);
    }

    @Test
    void whatCannotBeDoneIsRefusedInKafkasWords() {
        assertThat(reassign())
                .isEqualTo(new ReassignPartitions.Result(
                        "t",
                        0,
                        ControllerError.NO_REASSIGNMENT_IN_PROGRESS,
                        "No partition reassignment is in progress."));
        assertThat(reassign(1, 9).error()).isEqualTo(ControllerError.INVALID_REPLICA_ASSIGNMENT);
        assertThat(reassign(1, 1).error()).isEqualTo(ControllerError.INVALID_REPLICA_ASSIGNMENT);
        assertThat(submit("t", 0, List.of(), true).error()).isEqualTo(ControllerError.INVALID_REPLICA_ASSIGNMENT);
        assertThat(submit("nobody", 0, List.of(1), true).error()).isEqualTo(ControllerError.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(submit("t", 7, List.of(1), true).error()).isEqualTo(ControllerError.UNKNOWN_TOPIC_OR_PARTITION);
        ReassignPartitions.Result resized = submit("t", 0, List.of(1, 2), false);
        assertThat(resized.error()).isEqualTo(ControllerError.INVALID_REPLICATION_FACTOR);
        assertThat(resized.message()).isEqualTo("The replication factor is changed from 3 to 2");
    }
}
