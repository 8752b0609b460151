package io.millrace.log.replica;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three machines under loss, duplication, reordering, crashes and leader changes: safety after every event, then progress.
 *
 * <p>Thread: one.
 */
class ReplicaSimulationTest {
    private static final int STEPS = 1_500;

    @Test
    void whatWasAcknowledgedIsNeverLost() {
        run(1, 300);
    }

    @Test
    @Tag("full")
    void whatWasAcknowledgedIsNeverLostInManySeeds() {
        run(10_000, 4_000);
    }

    private static void run(long firstSeed, int seeds) {
        long acked = 0;
        long alarms = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            ModelCluster cluster = simulate(seed, ModelCluster.Bug.NONE);
            acked += cluster.acked.size();
            alarms += cluster.alarms;
        }
        assertThat(acked).as("acknowledged in all").isGreaterThan(10L * seeds);
        assertThat(alarms).as("truncations below a high watermark").isZero();
    }

    private static ModelCluster simulate(long seed, ModelCluster.Bug bug) {
        ModelCluster cluster = new ModelCluster(seed, bug);
        try {
            cluster.storm(STEPS);
            cluster.heal();
        } catch (AssertionError | RuntimeException violated) {
            throw new AssertionError("seed " + seed + ", " + bug + ": " + violated.getMessage(), violated);
        }
        return cluster;
    }

    @ParameterizedTest
    @EnumSource(
            value = ModelCluster.Bug.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aPlantedBugIsCaught(ModelCluster.Bug bug) {
        for (long seed = 1; seed <= 2_000; seed++) {
            try {
                ModelCluster cluster = simulate(seed, bug);
                if (cluster.alarms > 0) {
                    return;
                }
            } catch (AssertionError caught) {
                return;
            }
        }
        throw new AssertionError(bug + " was not caught");
    }
}
