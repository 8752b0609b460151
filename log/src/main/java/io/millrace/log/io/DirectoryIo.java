package io.millrace.log.io;

import java.util.UUID;

/**
 * Where the work of one log directory runs: threads in production ({@link ThreadedDirectoryIo}), a scheduler that runs
 * everything on one thread in tests and simulations. The only clock of the storage engine's background work.
 *
 * <p>Thread: any, for every method.
 */
public interface DirectoryIo {
    /** Says what the writer does; called once, before everything else. */
    void start(WriterWork work);

    /** The writer has something to do now. Cheap when it is awake already. */
    void wakeWriter();

    /** Runs on the sync pool; tasks may run side by side. */
    void sync(Runnable task);

    /**
     * Runs on the read pool; tasks may run side by side.
     *
     * @return false when the pool's queue is full: nothing will run
     */
    boolean read(Runnable task);

    /** Wall clock: what files and records are dated by. It may be set, also back. */
    long nowMs();

    /** What the writer's rounds and delays go by; never goes back. */
    default long steadyMs() {
        return nowMs();
    }

    /** For measuring how long something took. */
    default long nanoTime() {
        return nowMs() * 1_000_000;
    }

    /** Names what must not be mistaken for anything else. */
    default UUID newId() {
        return UUID.randomUUID();
    }

    /** Lets everything run that was handed in, then stops the threads. Blocks; called once, by none of them. */
    void close();
}
