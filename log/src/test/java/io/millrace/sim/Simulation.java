package io.millrace.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * One seeded world: clock, scheduler, random streams, trace, and the invariants that are checked after every event.
 * Disks, networks and nodes are made from it; it knows neither their kind nor their number.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class Simulation {
    /** At this many events within one call a run counts as hanging. */
    private static final long MAX_STEPS_PER_RUN = 20_000_000;

    private final RandomStreams streams;
    private final SimClock clock = new SimClock();
    private final Trace trace = new Trace();
    private final SimScheduler scheduler;
    private final List<Invariant> invariants = new ArrayList<>();

    public Simulation(long seed) {
        this.streams = new RandomStreams(seed);
        this.scheduler = new SimScheduler(clock, streams.stream("scheduler"), trace);
    }

    public long seed() {
        return streams.seed();
    }

    public SimClock clock() {
        return clock;
    }

    public long nowMs() {
        return clock.nowMs();
    }

    public SimScheduler scheduler() {
        return scheduler;
    }

    public Trace trace() {
        return trace;
    }

    public Random random(String consumer) {
        return streams.stream(consumer);
    }

    /** Adds a promise that is checked from now on after every event. */
    public Simulation always(Invariant invariant) {
        invariants.add(invariant);
        return this;
    }

    /** Takes a promise back: what it watched is gone. */
    public void release(Invariant invariant) {
        invariants.remove(invariant);
    }

    /** Runs one event and checks every invariant; false when nothing is left to run. */
    public boolean step() {
        if (!runOne()) {
            return false;
        }
        check();
        return true;
    }

    /** Runs everything that is due within the next {@code ms} milliseconds, then stands at that time. */
    public void runFor(long ms) {
        long untilMs = clock.nowMs() + ms;
        for (long i = 0; scheduler.nextAtMs() <= untilMs; i++) {
            bound(i);
            step();
        }
        scheduler.idleUntil(untilMs);
    }

    /** Runs until the condition holds; a violation named {@code Progress} when it does not within the time. */
    public void runUntil(String what, long withinMs, BooleanSupplier condition) {
        long untilMs = clock.nowMs() + withinMs;
        for (long i = 0; !condition.getAsBoolean(); i++) {
            bound(i);
            if (scheduler.nextAtMs() > untilMs) {
                throw violation("Progress", "'" + what + "' did not come true within " + withinMs + " ms");
            }
            step();
        }
    }

    /** Runs until no event is pending. Only for worlds without periodic timers. */
    public void runUntilIdle() {
        for (long i = 0; step(); i++) {
            bound(i);
        }
    }

    /** Checks every invariant now. */
    public void check() {
        for (Invariant invariant : invariants) {
            invariant.violation().ifPresent(why -> {
                throw violation(invariant.name(), why);
            });
        }
    }

    /** A failure of this run that carries seed, step and trace. */
    public InvariantViolation violation(String name, String why) {
        return new InvariantViolation(name, why, seed(), scheduler.steps(), clock.elapsedMs(), trace.text());
    }

    private boolean runOne() {
        try {
            return scheduler.step();
        } catch (RuntimeException | StackOverflowError e) {
            InvariantViolation violation = violation("NoUnexpectedException", e.toString());
            violation.initCause(e);
            throw violation;
        }
    }

    private void bound(long steps) {
        if (steps > MAX_STEPS_PER_RUN) {
            throw violation("Progress", "the world runs in circles: " + steps + " events without reaching the end");
        }
    }
}
