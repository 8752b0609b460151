package io.millrace.sim;

/**
 * The simulated time: moved forward by the {@link SimScheduler}; a node reads its own clock, which may be off by a skew.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimClock {
    /** Where every simulation starts: a plausible wall-clock time, so that "0" or "-1" never passes for a timestamp. */
    public static final long START_MS = 1_700_000_000_000L;

    private long nowMs = START_MS;

    public long nowMs() {
        return nowMs;
    }

    /** Milliseconds since the simulation started. */
    public long elapsedMs() {
        return nowMs - START_MS;
    }

    void advanceTo(long timeMs) {
        if (timeMs < nowMs) {
            throw new IllegalStateException("time would go back from " + nowMs + " to " + timeMs);
        }
        nowMs = timeMs;
    }
}
