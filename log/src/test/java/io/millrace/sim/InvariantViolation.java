package io.millrace.sim;

/**
 * A broken promise, with everything needed to see it again: the seed, the step and the tail of the trace.
 *
 * <p>Thread: any.
 */
public final class InvariantViolation extends AssertionError {
    private static final String LAST_EVENTS = "; the last events:\n";

    private final String invariant;

    public InvariantViolation(String invariant, String why, String where) {
        super(invariant + " does not hold: " + why + "\n" + where);
        this.invariant = invariant;
    }

    InvariantViolation(String invariant, String why, long seed, long step, long elapsedMs, String traceTail) {
        this(
                invariant,
                why,
                "seed " + seed + ", step " + step + ", " + elapsedMs + " ms after the start" + LAST_EVENTS + traceTail);
    }

    /** The same violation with the seed and the tail of the trace, unless it has them. */
    public InvariantViolation in(Simulation simulation) {
        if (getMessage().contains(LAST_EVENTS)) {
            return this;
        }
        InvariantViolation located = new InvariantViolation(
                invariant,
                getMessage() + "\nseed " + simulation.seed() + LAST_EVENTS
                        + simulation.trace().text());
        located.initCause(this);
        return located;
    }

    private InvariantViolation(String invariant, String message) {
        super(message);
        this.invariant = invariant;
    }

    /** The class name of the invariant. */
    public String invariant() {
        return invariant;
    }
}
