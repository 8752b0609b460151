package io.millrace.log.crash;

import io.millrace.log.Owner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An owner with a thread of its own, for tests against real files.
 *
 * <p>Thread: any.
 */
final class LoopOwner implements Owner, AutoCloseable {
    private final ExecutorService loop = Executors.newSingleThreadExecutor(body -> {
        Thread thread = new Thread(body, "owner");
        thread.setDaemon(true);
        return thread;
    });

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void close() {
        loop.shutdownNow();
    }
}
