package io.millrace.chaos;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The threads that a load works on; what ends one of them before its time is kept, the first of them all.
 *
 * <p>Thread: any.
 */
final class LoadThreads {
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** What a thread does. */
    interface Work {
        void run() throws Exception;
    }

    Thread start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                "chaos-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** What ended a thread, or null. */
    Throwable failure() {
        return failure.get();
    }
}
