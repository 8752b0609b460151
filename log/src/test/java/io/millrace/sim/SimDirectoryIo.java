package io.millrace.sim;

import io.millrace.log.io.DirectoryIo;
import io.millrace.log.io.WriterWork;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * The writer, the sync pool and the read pool of one log directory as events of a simulation: each piece of work runs
 * whole, after a seeded delay, so that syncs, reads, writes and the owners' turns fall in any order that threads allow.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimDirectoryIo implements DirectoryIo {
    private static final int MAX_WRITER_DELAY_MS = 2;
    private static final int MAX_SYNC_DELAY_MS = 6;
    private static final int MAX_READ_DELAY_MS = 3;
    /** One piece of work in so many is done at once. */
    private static final int AT_ONCE = 5;

    private static final int MAX_ROUNDS_AT_CLOSE = 10_000;

    private final SimScheduler scheduler;
    private final Random random;
    private final String name;
    private final Deque<Task> pending = new ArrayDeque<>();
    private WriterWork work;
    private SimScheduler.Timer round;
    private SimScheduler.Timer dueRound;
    private long clockSkewMs;
    private int slowMinMs;
    private int slowMaxMs;
    private boolean stopped;

    /** A pool's task that waits for its turn. */
    private static final class Task {
        private final Runnable body;
        private boolean done;

        private Task(Runnable body) {
            this.body = body;
        }

        private void run() {
            if (!done) {
                done = true;
                body.run();
            }
        }
    }

    public SimDirectoryIo(Simulation simulation, String name) {
        this(simulation, simulation.scheduler(), name);
    }

    /** One whose work belongs to a process. */
    public SimDirectoryIo(Simulation simulation, SimProcess process, String name) {
        this(simulation, process.scheduler(), name);
    }

    private SimDirectoryIo(Simulation simulation, SimScheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.random = simulation.random(name + " io");
        this.name = name;
    }

    /** This node's wall clock is off by so much from now on. */
    public void clockSkew(long ms) {
        clockSkewMs = ms;
    }

    /** The device is busy: each write and each sync takes between so much and so much longer; 0 and 0 ends it. */
    public void slow(int minMs, int maxMs) {
        slowMinMs = minMs;
        slowMaxMs = maxMs;
    }

    private int busyMs() {
        return slowMaxMs == 0 ? 0 : slowMinMs + random.nextInt(slowMaxMs - slowMinMs + 1);
    }

    /** The process dies: nothing that waits will ever run. */
    public void stop() {
        stopped = true;
        pending.clear();
        cancel(round);
        cancel(dueRound);
    }

    @Override
    public void start(WriterWork writerWork) {
        work = writerWork;
    }

    @Override
    public void wakeWriter() {
        if (!stopped && round == null) {
            round = scheduler.after(
                    busyMs() + random.nextInt(MAX_WRITER_DELAY_MS + 1), name + " writer", this::runRound);
        }
    }

    @Override
    public void sync(Runnable task) {
        later("sync", busyMs(), MAX_SYNC_DELAY_MS, task);
    }

    @Override
    public boolean read(Runnable task) {
        later("read", 0, MAX_READ_DELAY_MS, task);
        return true;
    }

    @Override
    public long nowMs() {
        return scheduler.nowMs() + clockSkewMs;
    }

    @Override
    public UUID newId() {
        return new UUID(random.nextLong() & ~0xF000L | 0x4000, random.nextLong() & ~(3L << 62) | 1L << 63);
    }

    /** Runs what is pending here and now, as the closing thread would wait for the pools. */
    @Override
    public void close() {
        for (int i = 0; !stopped && (!pending.isEmpty() || work.hasQueued()); i++) {
            if (i == MAX_ROUNDS_AT_CLOSE) {
                throw new IllegalStateException(name + " does not come to rest: it makes new work for ever");
            }
            if (work.hasQueued()) {
                work.round(nowMs());
            }
            List<Task> now = List.copyOf(pending);
            pending.clear();
            now.forEach(Task::run);
        }
        stop();
    }

    private void runRound() {
        round = null;
        cancel(dueRound);
        long dueMs = work.round(nowMs());
        if (work.hasQueued()) {
            wakeWriter();
        }
        dueRound = dueMs == WriterWork.NOTHING_DUE
                ? null
                : scheduler.after(Math.max(1, dueMs - nowMs()), name + " writer, due", this::wakeWriter);
    }

    private void later(String kind, int busyMs, int maxDelayMs, Runnable body) {
        if (stopped) {
            return;
        }
        if (busyMs == 0 && random.nextInt(AT_ONCE) == 0) {
            // Another thread is as fast as it likes: done before the caller goes on, in the middle of a writer's round.
            body.run();
            return;
        }
        Task task = new Task(body);
        pending.add(task);
        scheduler.after(busyMs + random.nextInt(maxDelayMs + 1), name + " " + kind, () -> {
            pending.remove(task);
            if (!stopped) {
                task.run();
            }
        });
    }

    private static void cancel(SimScheduler.Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
