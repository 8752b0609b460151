package io.millrace.sim;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Runs events on one thread in the order of their time; events of the same millisecond run in a seeded order, because
 * nothing in production orders them either.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimScheduler {
    /** A pending event that may still be cancelled. */
    public final class Timer {
        private final long atMs;
        private final long tieBreak;
        private final long sequence;
        private final Object what;
        private Runnable task;

        private Timer(long atMs, long tieBreak, long sequence, Object what, Runnable task) {
            this.atMs = atMs;
            this.tieBreak = tieBreak;
            this.sequence = sequence;
            this.what = what;
            this.task = task;
        }

        public void cancel() {
            task = null;
        }
    }

    private final SimClock clock;
    private final Trace trace;
    private final Random order;
    private final PriorityQueue<Timer> queue = new PriorityQueue<>(Comparator.<Timer>comparingLong(t -> t.atMs)
            .thenComparingLong(t -> t.tieBreak)
            .thenComparingLong(t -> t.sequence));
    private long sequence;
    private long steps;

    public SimScheduler(SimClock clock, Random order, Trace trace) {
        this.clock = clock;
        this.order = order;
        this.trace = trace;
    }

    public long nowMs() {
        return clock.nowMs();
    }

    /** Events run so far. */
    public long steps() {
        return steps;
    }

    /** Runs the task after the delay; the trace calls it what {@code what.toString()} says if it is ever printed. */
    public Timer after(long delayMs, Object what, Runnable task) {
        if (delayMs < 0) {
            throw new IllegalArgumentException("delay " + delayMs + " ms of '" + what + "' is negative");
        }
        Timer timer = new Timer(clock.nowMs() + delayMs, order.nextLong(), sequence++, what, task);
        queue.add(timer);
        return timer;
    }

    /** Runs the task at this millisecond, after the event that is running now. */
    public Timer soon(Object what, Runnable task) {
        return after(0, what, task);
    }

    /** Runs the next event; false when there is none. */
    public boolean step() {
        while (true) {
            Timer next = queue.poll();
            if (next == null) {
                return false;
            }
            Runnable task = next.task;
            if (task == null) {
                continue;
            }
            clock.advanceTo(next.atMs);
            steps++;
            long step = steps;
            long elapsedMs = clock.elapsedMs();
            trace.note(() -> "#" + step + " +" + elapsedMs + "ms " + next.what);
            next.task = null;
            task.run();
            return true;
        }
    }

    /** When the next event is due, {@code Long.MAX_VALUE} when there is none. */
    long nextAtMs() {
        while (!queue.isEmpty() && queue.peek().task == null) {
            queue.poll();
        }
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().atMs;
    }

    /** Moves the clock when no event is due before. */
    void idleUntil(long timeMs) {
        clock.advanceTo(Math.max(timeMs, clock.nowMs()));
    }

    /** Runs events without checking anything until the condition holds; false when the bound was reached first. */
    public boolean runUntil(BooleanSupplier condition, long maxSteps) {
        for (long i = 0; !condition.getAsBoolean(); i++) {
            if (i == maxSteps || !step()) {
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
