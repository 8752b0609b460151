package io.millrace.client.link;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A timer of a client. Those of Vert.x are taken away when their verticle is undeployed, before what the verticle has left open is closed, and
 * whoever waits for one in order to close would wait for ever; this one goes off. Whoever sets it ends it by closing.
 *
 * <p>Thread: the client's context.
 */
public final class ContextTimer {
    private final Runnable task;
    private ScheduledFuture<?> waiting;
    private boolean cancelled;

    private ContextTimer(Runnable task) {
        this.task = task;
    }

    /** Has a task be done later in the context of the caller. */
    public static ContextTimer in(Vertx vertx, long ms, Runnable task) {
        ContextInternal context = ((VertxInternal) vertx).getOrCreateContext();
        ContextTimer timer = new ContextTimer(task);
        timer.waiting = context.nettyEventLoop()
                .schedule(() -> context.runOnContext(go -> timer.goOff()), Math.max(1, ms), TimeUnit.MILLISECONDS);
        return timer;
    }

    private void goOff() {
        if (!cancelled) {
            task.run();
        }
    }

    /** It is not to be done any more. */
    public void cancel() {
        cancelled = true;
        waiting.cancel(false);
    }
}
