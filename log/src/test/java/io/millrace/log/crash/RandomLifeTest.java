package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Seeded lives of one node; and the proof that they would notice a broken promise. */
class RandomLifeTest {
    private static final int CANARY_SEEDS = 60;

    @Seeded(runs = 500)
    void aNodeKeepsItsPromisesAndMakesProgress(long seed) throws Exception {
        new RandomLife(world(seed, AckRule.BY_FLUSH_MODE)).run();
    }

    @Seeded(runs = 10_000, fresh = true)
    @Tag("long")
    void aNodeKeepsItsPromisesInThousandsOfLives(long seed) throws Exception {
        aNodeKeepsItsPromisesAndMakesProgress(seed);
    }

    @Test
    void anAcknowledgementBeforeTheWriteIsCaught() {
        assertThat(brokenPromises(AckRule.AT_ASSIGNED)).contains("AcknowledgedSurvives");
    }

    @Test
    void anAcknowledgementBeforeTheSyncInGroupModeIsCaught() {
        assertThat(brokenPromises(AckRule.AT_WRITTEN)).contains("AcknowledgedSurvives");
    }

    @Test
    void aSyncThatDoesNothingIsCaught() {
        Set<String> broken = new TreeSet<>();
        long steps = CrashPointTest.scriptedLife(1).lastStep();
        for (long step = steps / 3; step < steps; step += steps / 20) {
            broken.add(lifeWithoutSyncs(step));
        }

        assertThat(broken).contains("AcknowledgedSurvives");
    }

    private static String lifeWithoutSyncs(long stopAt) {
        NodeWorld world = world(1, AckRule.BY_FLUSH_MODE);
        world.disk().faults().syncsDoNothing();
        world.disk().stopAt(stopAt);
        try {
            new ScriptedLife(world).run();
            return "the script was not stopped";
        } catch (LifeStopped stopped) {
            world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        } catch (Exception e) {
            return e.toString();
        }
        try {
            new AfterTheCrash(world, "canary").demand();
            return "nothing";
        } catch (InvariantViolation caught) {
            return caught.invariant();
        }
    }

    private static Set<String> brokenPromises(AckRule planted) {
        Set<String> broken = new TreeSet<>();
        for (long seed = 1; seed <= CANARY_SEEDS; seed++) {
            try {
                new RandomLife(world(seed, planted)).run();
            } catch (InvariantViolation caught) {
                broken.add(caught.invariant());
            } catch (Exception e) {
                broken.add(e.toString());
            }
        }
        return broken;
    }

    private static NodeWorld world(long seed, AckRule ackRule) {
        return new NodeWorld(new Simulation(seed), "node", ackRule);
    }
}
