package io.millrace.verticles.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three voters, each with a bus of its own, become one cluster. */
@Timeout(120)
class QuorumOverBusTest {
    @TempDir
    Path root;

    @Test
    void threeVotersFormAClusterAndElectALeader() {
        try (TestCluster cluster = new TestCluster(root)) {
            cluster.start();
            int controller = cluster.controller();

            assertThat(controller).isBetween(1, 3);
            assertThat(cluster.broker(1).clusterId())
                    .isEqualTo(cluster.broker(2).clusterId())
                    .isEqualTo(cluster.broker(3).clusterId());
            cluster.awaitSameMetadata();
            assertThat(cluster.halts()).isEmpty();
        }
    }

    @Test
    void anObserverFollows() {
        try (TestCluster cluster = new TestCluster(root, 3, 1, Map.of())) {
            cluster.start();

            cluster.awaitSameMetadata();
            assertThat(cluster.broker(4).image().brokers()).hasSize(4);
        }
    }
}
