package io.millrace.sim;

import java.util.List;
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
    public final class Timer implements Comparable<Timer> {
        private long atMs;
        private long tieBreak;
        private final long sequence;
        private final SimProcess process;
        private final Object what;
        private Runnable task;

        private Timer(long atMs, long tieBreak, long sequence, SimProcess process, Object what, Runnable task) {
            this.process = process;
            this.atMs = atMs;
            this.tieBreak = tieBreak;
            this.sequence = sequence;
            this.what = what;
            this.task = task;
        }

        public void cancel() {
            task = null;
        }

        @Override
        public int compareTo(Timer other) {
            if (atMs != other.atMs) {
                return Long.compare(atMs, other.atMs);
            }
            return tieBreak != other.tieBreak
                    ? Long.compare(tieBreak, other.tieBreak)
                    : Long.compare(sequence, other.sequence);
        }
    }

    /** Has the queue; this one, unless this is the scheduler of one process. */
    private final SimScheduler root;

    private final SimProcess process;
    private final SimClock clock;
    private final Trace trace;
    private final Random order;
    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private long sequence;
    private long steps;

    public SimScheduler(SimClock clock, Random order, Trace trace) {
        this.root = this;
        this.process = null;
        this.clock = clock;
        this.order = order;
        this.trace = trace;
    }

    private SimScheduler(SimScheduler root, SimProcess process) {
        this.root = root;
        this.process = process;
        this.clock = root.clock;
        this.order = root.order;
        this.trace = root.trace;
    }

    /** The same scheduler for the events of one process, which wait while that stands still. */
    SimScheduler of(SimProcess one) {
        return new SimScheduler(root, one);
    }

    public long nowMs() {
        return clock.nowMs();
    }

    /** Events run so far. */
    public long steps() {
        return root.steps;
    }

    /** Runs the task after the delay; the trace calls it what {@code what.toString()} says if it is ever printed. */
    public Timer after(long delayMs, Object what, Runnable task) {
        if (delayMs < 0) {
            throw new IllegalArgumentException("delay " + delayMs + " ms of '" + what + "' is negative");
        }
        Timer timer = new Timer(clock.nowMs() + delayMs, order.nextLong(), root.sequence++, process, what, task);
        root.queue.add(timer);
        return timer;
    }

    /** An event that is due now and waits for its process. */
    Timer late(Object what, Runnable task) {
        return new Timer(clock.nowMs(), 0, root.sequence++, process, what, task);
    }

    /** Events of a process that stood still: what was due meanwhile runs before anything else, in its order. */
    void again(List<Timer> late) {
        long first = Long.MIN_VALUE;
        for (Timer timer : late) {
            if (timer.atMs <= clock.nowMs()) {
                timer.atMs = clock.nowMs();
                timer.tieBreak = first++;
            }
            root.queue.add(timer);
        }
    }

    /** Runs the task at this millisecond, after the event that is running now. */
    public Timer soon(Object what, Runnable task) {
        return after(0, what, task);
    }

    /** Runs the next event; false when there is none. */
    public boolean step() {
        if (nextAtMs() == Long.MAX_VALUE) {
            return false;
        }
        Timer next = root.queue.poll();
        Runnable task = next.task;
        clock.advanceTo(next.atMs);
        root.steps++;
        long step = root.steps;
        long elapsedMs = clock.elapsedMs();
        trace.note(() -> "#" + step + " +" + elapsedMs + "ms " + next.what);
        next.task = null;
        task.run();
        return true;
    }

    /** When the next event is due, {@code Long.MAX_VALUE} when there is none. */
    long nextAtMs() {
        while (!root.queue.isEmpty()) {
            Timer next = root.queue.peek();
            if (next.task != null && next.process != null && next.process.isPaused()) {
                next.process.hold(root.queue.poll());
            } else if (next.task == null) {
                root.queue.poll();
            } else {
                return next.atMs;
            }
        }
        return Long.MAX_VALUE;
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
