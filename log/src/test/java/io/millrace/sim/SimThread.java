package io.millrace.sim;

import java.util.concurrent.Semaphore;

/**
 * Work that a simulation runs piece by piece: it has a thread of its own and the simulation's, which goes on only when it
 * rests. So code that is written to run in one go meets whatever may happen in its midst, and one thread runs at a time.
 *
 * <p>Thread: the simulation's only thread, but {@link #rest}, which is for the work itself.
 */
public final class SimThread {
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore turnBack = new Semaphore(0);
    private Throwable thrown;
    private boolean over;
    private boolean abandoned;

    /** Work that has not begun. */
    public SimThread(String name, Runnable work) {
        Thread thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Runnable work) {
        turn.acquireUninterruptibly();
        try {
            if (!abandoned) {
                work.run();
            }
        } catch (Throwable failure) {
            thrown = failure;
        } finally {
            over = true;
            turnBack.release();
        }
    }

    /** Lets it work until it rests or ends; false when it has ended. What it threw is thrown here. */
    public boolean goOn() {
        turn.release();
        turnBack.acquireUninterruptibly();
        if (thrown instanceof Error error && !abandoned) {
            throw error;
        }
        if (thrown instanceof RuntimeException bug && !abandoned) {
            throw bug;
        }
        return !over;
    }

    /** Its process has died: it ends where it rests. The disk that it works on must know already. */
    public void abandon() {
        abandoned = true;
        while (!over) {
            goOn();
        }
    }

    /** Called by the work: the simulation goes on, and at some time lets it go on. */
    public void rest() {
        turnBack.release();
        turn.acquireUninterruptibly();
        if (abandoned) {
            throw new LifeStopped("the process has died");
        }
    }
}
