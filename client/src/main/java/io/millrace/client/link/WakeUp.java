package io.millrace.client.link;

import io.vertx.core.Vertx;

/**
 * One timer that is set again and again: it goes off at the earliest of the times asked for.
 *
 * <p>Thread: one context.
 */
public final class WakeUp {
    private static final long NOT_SET = -1;

    private final Vertx vertx;
    private final Runnable task;
    private long timer = NOT_SET;
    private long dueNanos;

    public WakeUp(Vertx vertx, Runnable task) {
        this.vertx = vertx;
        this.task = task;
    }

    /** Goes off in {@code ms} at the latest. */
    public void within(long ms) {
        long wantedNanos = System.nanoTime() + ms * 1_000_000;
        if (timer != NOT_SET) {
            if (dueNanos - wantedNanos <= 0) {
                return;
            }
            vertx.cancelTimer(timer);
        }
        dueNanos = wantedNanos;
        timer = vertx.setTimer(Math.max(1, ms), fired -> {
            timer = NOT_SET;
            task.run();
        });
    }

    public void cancel() {
        if (timer != NOT_SET) {
            vertx.cancelTimer(timer);
            timer = NOT_SET;
        }
    }
}
