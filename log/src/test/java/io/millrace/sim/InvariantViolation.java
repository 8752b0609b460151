package io.millrace.sim;

/**
 * A broken promise, with everything needed to see it again: the seed, the step and the tail of the trace.
 *
 * <p>Thread: any.
 */
public final class InvariantViolation extends AssertionError {
    private final String invariant;

    public InvariantViolation(String invariant, String why, String where) {
        super(invariant + " does not hold: " + why + "\n" + where);
        this.invariant = invariant;
    }

    InvariantViolation(String invariant, String why, long seed, long step, long elapsedMs, String traceTail) {
        this(
                invariant,
                why,
                "seed " + seed + ", step " + step + ", " + elapsedMs + " ms after the start; the last events:\n"
                        + traceTail);
    }

    /** The class name of the invariant. */
    public String invariant() {
        return invariant;
    }
}
