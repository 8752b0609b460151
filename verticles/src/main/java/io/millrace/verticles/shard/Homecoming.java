package io.millrace.verticles.shard;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;

/**
 * Brings finished work back to the loop it came from: a plain call when that is the loop we are on.
 *
 * <p>Thread: any.
 */
final class Homecoming {
    private Homecoming() {}

    static void run(Executor home, Runnable task) {
        if (home instanceof EventExecutor loop && loop.inEventLoop()) {
            task.run();
        } else {
            home.execute(task);
        }
    }
}
