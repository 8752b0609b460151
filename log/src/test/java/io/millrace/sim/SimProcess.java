package io.millrace.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * A process that can be stopped and let go on (SIGSTOP, SIGCONT): while it stands still, what is due in it waits, and then
 * runs late, in the order in which it was due.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimProcess {
    private final SimScheduler scheduler;
    private final List<SimScheduler.Timer> held = new ArrayList<>();
    private boolean paused;

    public SimProcess(Simulation simulation) {
        this.scheduler = simulation.scheduler().of(this);
    }

    /** Whose events belong to this process. */
    public SimScheduler scheduler() {
        return scheduler;
    }

    public boolean isPaused() {
        return paused;
    }

    public void pause() {
        paused = true;
    }

    public void goOn() {
        paused = false;
        List<SimScheduler.Timer> late = List.copyOf(held);
        held.clear();
        scheduler.again(late);
    }

    /** Runs the task now, or, when the process stands still, as soon as it goes on: what comes in from outside. */
    public void whenRunning(Object what, Runnable task) {
        if (paused) {
            held.add(scheduler.late(what, task));
        } else {
            task.run();
        }
    }

    void hold(SimScheduler.Timer timer) {
        held.add(timer);
    }
}
