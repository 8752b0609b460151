package io.millrace.client.link;

import io.vertx.core.Vertx;

/**
 * One timer that is set again and again: it goes off at the earliest of the times asked for.
 *
 * <p>Thread: one context.
 */
public final class WakeUp {
    private final Vertx vertx;
    private final Runnable task;
    /** Null when it is not set. */
    private ContextTimer timer;

    private long dueNanos;

    public WakeUp(Vertx vertx, Runnable task) {
        this.vertx = vertx;
        this.task = task;
    }

    /** Goes off in {@code ms} at the latest. */
    public void within(long ms) {
        long wantedNanos = System.nanoTime() + ms * 1_000_000;
        if (timer != null) {
            if (dueNanos - wantedNanos <= 0) {
                return;
            }
            timer.cancel();
        }
        dueNanos = wantedNanos;
        timer = ContextTimer.in(vertx, ms, () -> {
            timer = null;
            task.run();
        });
    }

    public void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
