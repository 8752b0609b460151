package io.millrace.simulation;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.Simulation;

/**
 * One run of a world: faults for a while, and safety through all of them; then, healed, progress.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterRun {
    private static final long FAULTY_MS = 15_000;

    private ClusterRun() {}

    /** What was caused on the way. */
    static ClusterTroubles surviveFaults(ClusterWorld world) {
        Simulation simulation = world.simulation();
        ClusterTroubles troubles = new ClusterTroubles(world);
        try (SimErrors errors = new SimErrors()) {
            simulation.always(errors);
            world.begin();
            troubles.cause(simulation.nowMs() + FAULTY_MS);
            simulation.runFor(FAULTY_MS);
            world.healAndDemandProgress();
        } catch (InvariantViolation violation) {
            throw violation;
        } catch (RuntimeException bug) {
            InvariantViolation violation = simulation.violation("NoUnexpectedException", bug.toString());
            violation.initCause(bug);
            throw violation;
        } finally {
            world.end();
        }
        if (world.ledger().acknowledged() == 0) {
            throw simulation.violation("ShowsSomething", "a run that commits nothing shows nothing");
        }
        return troubles;
    }
}
