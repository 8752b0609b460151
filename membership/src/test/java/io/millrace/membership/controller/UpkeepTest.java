package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Preferred leaders, asked for and unasked, and internal topics that grow with the cluster. */
class UpkeepTest {
    private static void takeIn(TestCluster cluster, String topic, int number, int... isr) {
        PartitionImage now = cluster.image.topic(topic).partition(number);
        AlterPartition.Outcome outcome = cluster.submit(new AlterPartition(
                now.leader(),
                cluster.image.broker(now.leader()).epoch(),
                List.of(new AlterPartition.Partition(
                        cluster.image.topic(topic).id(),
                        number,
                        now.leaderEpoch(),
                        now.partitionEpoch(),
                        Arrays.stream(isr)
                                .mapToObj(id -> new AlterPartition.IsrMember(id, -1))
                                .toList(),
                        PartitionRecord.RECOVERED))));
        assertThat(outcome.partitions().get(0).error()).isEqualTo(ControllerError.NONE);
    }

    private static void passUpkeep(TestCluster cluster) {
        cluster.nowMs += ClusterUpkeep.SOON_MS;
        cluster.commit(cluster.machine.tidy(cluster.nowMs));
    }

    private static ElectLeaders.Result elect(TestCluster cluster, boolean unclean, int partition) {
        return cluster.submit(new ElectLeaders(unclean, List.of(new ElectLeaders.Partition("t", partition))))
                .partitions()
                .get(0);
    }

    @Test
    void leadershipGoesBackSoonAfterThePreferredReplicaIsInSyncAgain() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);
        cluster.lose(1);
        cluster.join(1, null);
        passUpkeep(cluster);
        assertThat(cluster.partition("t").leader()).as("1 is not in sync").isEqualTo(2);

        takeIn(cluster, "t", 0, 2, 3, 1);
        assertThat(cluster.machine.nextDeadlineMs().getAsLong()).isLessThanOrEqualTo(cluster.nowMs + 2_000);
        passUpkeep(cluster);

        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(2);
    }

    @Test
    void leadershipStaysWhereItIsWhereRebalancingIsOff() {
        TestCluster cluster = TestCluster.of(3, Map.of("auto.leader.rebalance.enable", "false"));
        cluster.assign("t", Map.of(), 1, 2, 3);
        cluster.lose(1);
        cluster.join(1, null);
        takeIn(cluster, "t", 0, 2, 3, 1);
        passUpkeep(cluster);

        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(elect(cluster, false, 0).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
    }

    @Test
    void aPreferredElectionSaysWhyItChangesNothing() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);

        assertThat(elect(cluster, false, 0).error()).isEqualTo(ControllerError.ELECTION_NOT_NEEDED);
        assertThat(elect(cluster, false, 5).message()).isEqualTo("No such partition as t-5");
        cluster.lose(1);
        assertThat(elect(cluster, false, 0).error()).isEqualTo(ControllerError.PREFERRED_LEADER_NOT_AVAILABLE);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void allPartitionsMeansThoseThatNeedIt() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2, 3);
        cluster.assign("u", Map.of(), 2, 3, 1);
        cluster.lose(1);

        assertThat(cluster.submit(new ElectLeaders(false, null)).partitions())
                .extracting(ElectLeaders.Result::topic)
                .containsExactly("t");
    }

    /** Rule I15: unclean only when it is asked for, and then the new leader is the whole ISR and recovering. */
    @Test
    void i15anUncleanElectionHappensWhenSomebodyAsksForIt() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2);
        takeIn(cluster, "t", 0, 1);
        cluster.lose(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        assertThat(elect(cluster, false, 0).error()).isEqualTo(ControllerError.PREFERRED_LEADER_NOT_AVAILABLE);

        assertThat(elect(cluster, true, 0).error()).isEqualTo(ControllerError.NONE);

        PartitionImage elected = cluster.partition("t");
        assertThat(elected.leader()).isEqualTo(2);
        assertThat(elected.isr()).containsExactly(2);
        assertThat(elected.recoveryState()).isEqualTo(PartitionRecord.RECOVERING);
        assertThat(elect(cluster, true, 0).error()).isEqualTo(ControllerError.ELECTION_NOT_NEEDED);
    }

    @Test
    void anUncleanElectionNeedsSomebodyAlive() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of(), 1, 2);
        cluster.lose(1);
        cluster.lose(2);

        assertThat(elect(cluster, true, 0).error()).isEqualTo(ControllerError.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    @Test
    void internalTopicsGetTheirReplicasWhenBrokersJoinAFewPartitionsAtATime() {
        TestCluster cluster = TestCluster.of(1);
        cluster.create("__consumer_offsets", 25, 1);
        cluster.create("user", 2, 1);
        cluster.join(2, "rack-2");
        cluster.join(3, "rack-3");

        passUpkeep(cluster);
        for (int round = 0; round < 10; round++) {
            List<PartitionImage> moving = cluster.image.topic("__consumer_offsets").partitions().stream()
                    .filter(PartitionImage::isReassigning)
                    .toList();
            assertThat(moving).hasSizeLessThanOrEqualTo(ClusterUpkeep.MAX_GROWING);
            for (PartitionImage partition : moving) {
                assertThat(partition.replicas()[0])
                        .as("who leads goes on leading")
                        .isEqualTo(1);
                takeIn(cluster, "__consumer_offsets", partition.partition(), partition.replicas());
            }
            cluster.image.brokers().keySet().forEach(cluster::heartbeat);
            passUpkeep(cluster);
        }

        assertThat(cluster.image.topic("__consumer_offsets").partitions())
                .allSatisfy(partition -> assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3))
                .allSatisfy(partition -> assertThat(partition.isr()).hasSize(3));
        assertThat(cluster.image.topic("user").partition(0).replicas()).hasSize(1);
    }

    @Test
    void internalTopicsGrowOnlyToTheirReplicationFactor() {
        TestCluster cluster = TestCluster.of(1, Map.of("offsets.topic.replication.factor", "2"));
        cluster.create("__consumer_offsets", 1, 1);
        cluster.join(2, "rack-2");
        cluster.join(3, "rack-3");
        passUpkeep(cluster);

        assertThat(cluster.image.topic("__consumer_offsets").partition(0).replicas())
                .hasSize(2);
    }

    @Test
    void nothingIsDueInAClusterOfOne() {
        TestCluster cluster = new TestCluster(1, Map.of());
        cluster.join(1, null);
        cluster.create("t", 3, 1);

        assertThat(cluster.machine.nextDeadlineMs()).isEmpty();
    }
}
