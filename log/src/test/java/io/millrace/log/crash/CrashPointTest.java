package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A scripted life is stopped at every write, sync, rename, creation, deletion and truncation; the next process must find
 * everything it promised.
 */
class CrashPointTest {
    private static final int QUICK_STRIDE = 9;
    private static final int MAX_STEPS_OF_RECOVERY = 12;

    @ParameterizedTest
    @EnumSource(CrashKind.class)
    void aSampleOfCrashPointsLosesNothing(CrashKind kind) {
        assertThat(scriptedLife(1).broken(QUICK_STRIDE, kind)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CrashKind.class)
    @Tag("full")
    void everyCrashPointLosesNothing(CrashKind kind) {
        assertThat(scriptedLife(2).broken(1, kind)).isEmpty();
    }

    @Seeded(runs = 60)
    void aCrashDuringTheRecoveryFromACrashLosesNothing(long seed) {
        CrashKind kind = CrashKind.values()[(int) (seed % CrashKind.values().length)];
        CrashPoints points = scriptedLife(seed);
        Simulation choices = new Simulation(seed);
        int span = (int) (points.lastStep() - CrashPoints.FIRST_STEP + 1);
        long step = CrashPoints.FIRST_STEP + choices.random("crash point").nextInt(span);

        points.stopAt(step, kind, 1 + choices.random("second crash").nextInt(MAX_STEPS_OF_RECOVERY));
    }

    @Seeded(runs = 5_000, fresh = true)
    @Tag("long")
    void noSeedAndNoCrashPointLosesAnything(long seed) {
        aCrashDuringTheRecoveryFromACrashLosesNothing(seed);
    }

    static CrashPoints scriptedLife(long seed) {
        return new CrashPoints(world -> new ScriptedLife(world).run(), seed);
    }
}
