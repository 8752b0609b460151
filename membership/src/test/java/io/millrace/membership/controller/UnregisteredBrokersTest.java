package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker that is to be forgotten, dead or alive. */
class UnregisteredBrokersTest {
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

    /** It has a lease still, and leads nothing that could move inside it. */
    @Test
    void whoStopsInOrderIsUnregisteredAtOnceAndNothingMoves() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 1, 2);
        cluster.assign("alone", Map.of(), 1);
        cluster.heartbeat(1, false, true);
        PartitionImage shared = cluster.partition("t");
        PartitionImage alone = cluster.partition("alone");
        assertThat(shared.leader()).isEqualTo(2);
        assertThat(alone.hasLeader()).isFalse();

        assertThat(cluster.submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.NONE);

        assertThat(cluster.image.broker(1)).isNull();
        assertThat(cluster.partition("t")).isEqualTo(shared);
        assertThat(cluster.partition("alone")).isEqualTo(alone);
    }

    /** There is nobody else who could lead, and it may not even send heartbeats. */
    @Test
    void theOnlyBrokerIsUnregisteredAtOnce() {
        assertThat(TestCluster.of(1).submit(new UnregisterBroker(1)).error()).isEqualTo(ControllerError.NONE);
    }
}
