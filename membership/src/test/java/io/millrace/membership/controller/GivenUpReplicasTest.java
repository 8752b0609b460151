package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replicas that went with a log directory, while their broker serves on. */
class GivenUpReplicasTest {
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
