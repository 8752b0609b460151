package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who may have lost what was acknowledged, and what it may lead then. */
class LostDataTest {
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
}
