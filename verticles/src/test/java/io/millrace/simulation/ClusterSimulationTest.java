package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under loss, duplicates, reordering, partitions, crashes and lost power: first safety, then, healed, progress.
 *
 * <p>Thread: the test's.
 */
class ClusterSimulationTest {
    private static final long FAULTY_MS = 15_000;

    @Seeded(runs = 12)
    void whatThreeNodesHaveInTheirPageCachesIsKept(long seed) {
        surviveFaults(new ClusterWorld(seed, false));
    }

    @Seeded(runs = 12)
    void whatThreeNodesHaveSyncedIsKept(long seed) {
        surviveFaults(new ClusterWorld(seed, true));
    }

    @Tag("full")
    @Seeded(runs = 60)
    void whatThreeNodesHaveInTheirPageCachesIsKeptOverSomeSeeds(long seed) {
        surviveFaults(new ClusterWorld(seed + 1_000, false));
    }

    @Tag("full")
    @Seeded(runs = 60)
    void whatThreeNodesHaveSyncedIsKeptOverSomeSeeds(long seed) {
        surviveFaults(new ClusterWorld(seed + 1_000, true));
    }

    @Tag("long")
    @Seeded(runs = 5_000, fresh = true)
    void whatThreeNodesHaveInTheirPageCachesIsKeptOverManySeeds(long seed) {
        surviveFaults(new ClusterWorld(seed, false));
    }

    @Tag("long")
    @Seeded(runs = 5_000, fresh = true)
    void whatThreeNodesHaveSyncedIsKeptOverManySeeds(long seed) {
        surviveFaults(new ClusterWorld(seed, true));
    }

    @Test
    void theCanaryThatBelievesEpochsOfALostPageCacheIsCaught() {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 200; seed++) {
                        surviveFaults(new ClusterWorld(seed, false).believingLostEpochs());
                    }
                })
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("seed");
    }

    private static void surviveFaults(ClusterWorld world) {
        Simulation simulation = world.simulation();
        try {
            world.begin();
            long untilMs = simulation.nowMs() + FAULTY_MS;
            causeTrouble(world, simulation.random("trouble"), untilMs);
            simulation.runFor(FAULTY_MS);
            world.healAndDemandProgress();
        } catch (InvariantViolation violation) {
            throw violation;
        } catch (RuntimeException bug) {
            InvariantViolation violation = simulation.violation("NoUnexpectedException", bug.toString());
            violation.initCause(bug);
            throw violation;
        }
        assertThat(world.ledger().acknowledged())
                .as("a run that commits nothing shows nothing")
                .isPositive();
    }

    private static void causeTrouble(ClusterWorld world, Random random, long untilMs) {
        Simulation simulation = world.simulation();
        simulation.scheduler().after(100 + random.nextInt(1_500), "trouble", () -> {
            if (simulation.nowMs() < untilMs) {
                oneTrouble(world, random);
                causeTrouble(world, random, untilMs);
            }
        });
    }

    private static void oneTrouble(ClusterWorld world, Random random) {
        SimBroker one = world.brokers().get(random.nextInt(ClusterWorld.NODES));
        SimBroker other = world.brokers().get(random.nextInt(ClusterWorld.NODES));
        switch (random.nextInt(14)) {
            case 0, 1 -> {
                if (one.isUp()) {
                    one.kill();
                }
            }
            case 2, 3, 4 -> {
                if (!one.isUp()) {
                    one.start();
                }
            }
            case 5 -> {
                // A restart that nobody has time to notice.
                if (one.isUp()) {
                    one.kill();
                    one.start();
                }
            }
            case 6 -> world.network().partition(one.id());
            case 7 -> world.network().cut(one.id(), other.id());
            case 8 -> world.network().oneWay(one.id(), other.id());
            case 9 -> {
                world.network().loss(random.nextDouble() * 0.2);
                world.network().duplication(random.nextDouble() * 0.2);
                world.network().reordering(random.nextDouble() * 0.3);
                world.network().delay(1, 1 + random.nextInt(40));
            }
            case 10 -> losePower(world, one, random);
            default -> world.network().heal();
        }
    }

    /** Page caches hold the only copies where nothing is synced: there only one that others have as well may be lost. */
    private static void losePower(ClusterWorld world, SimBroker one, Random random) {
        if (one.isUp() && (world.groupMode() || world.canSpareDisk(one.id()))) {
            one.losePower(PowerLoss.values()[random.nextInt(PowerLoss.values().length)]);
            if (random.nextBoolean()) {
                one.start();
            }
        }
    }
}
