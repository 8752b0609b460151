package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.LifeStopped;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A scripted life is stopped at every write, sync, rename, creation, deletion and truncation; the next process must find
 * everything it promised.
 */
class CrashPointTest {
    private static final long SEED = 1;
    private static final int QUICK_STRIDE = 9;
    /** The steps before it set up the world. */
    private static final long FIRST_STEP = NodeWorld.STEPS_OF_SETUP + 1;

    @ParameterizedTest
    @EnumSource(CrashKind.class)
    void aSampleOfCrashPointsLosesNothing(CrashKind kind) {
        long steps = stepsOf(SEED);

        for (long step = FIRST_STEP; step <= steps; step += QUICK_STRIDE) {
            stopAt(step, kind, SEED, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(CrashKind.class)
    @Tag("full")
    void everyCrashPointLosesNothing(CrashKind kind) {
        long steps = stepsOf(SEED);
        List<String> broken = new ArrayList<>();

        for (long step = FIRST_STEP; step <= steps; step++) {
            try {
                stopAt(step, kind, SEED, 0);
            } catch (AssertionError e) {
                broken.add(e.getMessage());
            }
        }

        assertThat(broken).as("%d crash points, %s", steps, kind).isEmpty();
    }

    @Seeded(runs = 60)
    void aCrashDuringTheRecoveryFromACrashLosesNothing(long seed) {
        CrashKind kind = CrashKind.values()[(int) (seed % CrashKind.values().length)];
        Simulation choices = new Simulation(seed);
        long step = FIRST_STEP + choices.random("crash point").nextInt((int) (stepsOf(seed) - FIRST_STEP + 1));

        stopAt(step, kind, seed, 1 + choices.random("second crash").nextInt(12));
    }

    @Seeded(runs = 5_000, fresh = true)
    @Tag("long")
    void noSeedAndNoCrashPointLosesAnything(long seed) {
        aCrashDuringTheRecoveryFromACrashLosesNothing(seed);
    }

    static long stepsOf(long seed) {
        NodeWorld world = world(seed);
        run(world);
        return world.disk().steps();
    }

    /** @param stepOfRecovery where the recovery dies too; 0 for nowhere */
    static void stopAt(long step, CrashKind kind, long seed, long stepOfRecovery) {
        NodeWorld world = world(seed);
        world.disk().stopAt(step);
        boolean stopped = run(world);
        assertThat(stopped)
                .as("the script with seed %d reaches step %d", seed, step)
                .isTrue();
        List<String> history = world.disk().history();
        AfterTheCrash after = new AfterTheCrash(
                world, kind + " at step " + step + " (" + history.get(history.size() - 1) + "), seed " + seed);
        world.crash(kind);
        if (stepOfRecovery > 0) {
            after.crashInRecovery(stepOfRecovery, kind);
        }
        after.demand();
    }

    private static NodeWorld world(long seed) {
        return new NodeWorld(new Simulation(seed), "node", AckRule.BY_FLUSH_MODE);
    }

    private static boolean run(NodeWorld world) {
        try {
            new ScriptedLife(world).run();
            return false;
        } catch (LifeStopped stopped) {
            return true;
        } catch (Exception e) {
            throw new AssertionError("the script fails by itself", e);
        }
    }
}
