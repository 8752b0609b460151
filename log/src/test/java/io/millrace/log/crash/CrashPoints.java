package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.LifeStopped;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.List;

/**
 * Every point at which a scripted life can be stopped: the script is run once to count the changes it makes to the disk,
 * then once per change, with the process dying in it, and the next process must find what was promised.
 *
 * <p>Thread: the simulation's only thread.
 */
final class CrashPoints {
    /** One or several processes of a node; the same steps for the same seed. */
    interface Script {
        void run(NodeWorld world) throws Exception;
    }

    /** The steps before it set up the world. */
    static final long FIRST_STEP = NodeWorld.STEPS_OF_SETUP + 1;

    private final Script script;
    private final long seed;

    CrashPoints(Script script, long seed) {
        this.script = script;
        this.seed = seed;
    }

    long lastStep() {
        NodeWorld world = world();
        run(world);
        return world.disk().steps();
    }

    /** What went wrong, of every {@code stride}-th point and every kind of crash; empty when nothing did. */
    List<String> broken(int stride, CrashKind... kinds) {
        List<String> broken = new ArrayList<>();
        long last = lastStep();
        for (CrashKind kind : kinds) {
            for (long step = FIRST_STEP; step <= last; step += stride) {
                try {
                    stopAt(step, kind, 0);
                } catch (AssertionError e) {
                    broken.add(e.getMessage());
                }
            }
        }
        return broken;
    }

    /** @param stepOfRecovery where the recovery dies too; 0 for nowhere */
    void stopAt(long step, CrashKind kind, long stepOfRecovery) {
        NodeWorld world = world();
        world.disk().stopAt(step);
        assertThat(run(world))
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

    private NodeWorld world() {
        return new NodeWorld(new Simulation(seed), "node", AckRule.BY_FLUSH_MODE);
    }

    /** Whether the process died before the end of the script. */
    private boolean run(NodeWorld world) {
        try {
            script.run(world);
            return false;
        } catch (LifeStopped stopped) {
            return true;
        } catch (Exception e) {
            throw new AssertionError("the script fails by itself", e);
        }
    }
}
