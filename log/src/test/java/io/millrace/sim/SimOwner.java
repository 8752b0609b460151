package io.millrace.sim;

import io.millrace.log.Owner;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A shard's event loop in simulation: tasks run one at a time in the order they were handed in, each as an event of its
 * own, so that the work of other owners falls between any two of them.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimOwner implements Owner {
    private final SimScheduler scheduler;
    private final String name;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private SimScheduler.Timer turn;
    private boolean stopped;

    public SimOwner(SimScheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        if (stopped) {
            return;
        }
        tasks.addLast(task);
        if (turn == null) {
            turn = scheduler.soon(name, this::runOne);
        }
    }

    /** The process dies: what waits is forgotten, what comes later is ignored. */
    public void stop() {
        stopped = true;
        tasks.clear();
        if (turn != null) {
            turn.cancel();
            turn = null;
        }
    }

    public boolean stopped() {
        return stopped;
    }

    public boolean idle() {
        return tasks.isEmpty();
    }

    private void runOne() {
        turn = null;
        Runnable task = tasks.removeFirst();
        if (!tasks.isEmpty()) {
            turn = scheduler.soon(name, this::runOne);
        }
        task.run();
    }
}
