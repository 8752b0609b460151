package io.millrace.log.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replication.ReplicationWorld.Bug;
import io.millrace.sim.Seeded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three nodes with real logs under loss, duplication, reordering, cuts, crashes with torn tails and leader changes: what was
 * acknowledged is at every leader, then all logs are equal.
 */
class ReplicationSimulationTest {
    private static final int ACTIONS = 150;

    @Seeded(runs = 120)
    void whatWasAcknowledgedIsNeverLost(long seed) {
        ReplicationWorld world = new ReplicationWorld(seed, Bug.NONE);
        world.storm(ACTIONS);
        world.heal();
        assertThat(world.ackedCount()).as("acknowledged in all").isPositive();
    }

    @Test
    void theWorldIsHostileEnough() {
        int cuts = 0;
        int crashes = 0;
        for (long seed = 1; seed <= 30; seed++) {
            ReplicationWorld world = new ReplicationWorld(seed, Bug.NONE);
            world.storm(ACTIONS);
            cuts += world.notes;
            crashes += world.crashes;
        }
        assertThat(cuts).as("logs cut or begun anew").isGreaterThan(10);
        assertThat(crashes).as("crashes").isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource(
            value = Bug.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aPlantedBugIsCaught(Bug bug) {
        for (long seed = 1; seed <= 3_000; seed++) {
            ReplicationWorld world = new ReplicationWorld(seed, bug);
            try {
                world.storm(ACTIONS);
                world.heal();
            } catch (AssertionError caught) {
                return;
            }
        }
        throw new AssertionError(bug + " was not caught");
    }

    @Seeded(runs = 10_000, fresh = true)
    @Tag("long")
    void whatWasAcknowledgedIsNeverLostInThousandsOfWorlds(long seed) {
        whatWasAcknowledgedIsNeverLost(seed);
    }
}
