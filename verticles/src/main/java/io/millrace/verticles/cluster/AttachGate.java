package io.millrace.verticles.cluster;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.ClusterManager;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Holds back what needs the ordinary cluster manager until that one has joined; bounded in number and in time.
 *
 * <p>Thread: any; the monitor guards the state and is never held while an operation runs.
 */
final class AttachGate {
    /** More waiting operations than a node's own consumers and early requests can ever be. */
    static final int MAX_WAITING = 10_000;

    /** One held-back call; it runs on the context that made it, or learns why it cannot. */
    static final class Waiting {
        private final Context context;
        private final Consumer<ClusterManager> run;
        private final Consumer<Throwable> fail;
        private long timerId = -1;

        private Waiting(Context context, Consumer<ClusterManager> run, Consumer<Throwable> fail) {
            this.context = context;
            this.run = run;
            this.fail = fail;
        }
    }

    private final long timeoutMs;
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private ClusterManager attached;
    private Throwable refusal;

    AttachGate(long timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /** The ordinary manager, or null while (or because) there is none. */
    synchronized ClusterManager attached() {
        return attached;
    }

    /**
     * Runs the operation now if the manager is there, else later. {@code fail} is called instead when the gate was
     * refused, is full, or stays shut longer than the timeout.
     */
    Waiting whenAttached(Vertx vertx, String what, Consumer<ClusterManager> run, Consumer<Throwable> fail) {
        ClusterManager now;
        Throwable why = null;
        Waiting entry = null;
        synchronized (this) {
            now = attached;
            if (now == null && refusal != null) {
                why = new IllegalStateException(what + " is not possible: " + refusal.getMessage(), refusal);
            } else if (now == null && waiting.size() >= MAX_WAITING) {
                why = new IllegalStateException(
                        what + " is not possible: " + MAX_WAITING + " operations already wait for Hazelcast");
            } else if (now == null) {
                Waiting added = new Waiting(vertx.getOrCreateContext(), run, fail);
                added.timerId = vertx.setTimer(timeoutMs, id -> expire(added, what));
                waiting.add(added);
                entry = added;
            }
        }
        if (now != null) {
            run.accept(now);
        } else if (why != null) {
            fail.accept(why);
        }
        return entry;
    }

    /** Takes a call back before it ran; false when it has run, failed, or never waited. */
    synchronized boolean cancel(Waiting entry) {
        return entry != null && waiting.remove(entry);
    }

    void open(Vertx vertx, ClusterManager manager) {
        List<Waiting> held;
        synchronized (this) {
            if (refusal != null) {
                return;
            }
            attached = manager;
            held = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Waiting entry : held) {
            vertx.cancelTimer(entry.timerId);
            entry.context.runOnContext(ignored -> entry.run.accept(manager));
        }
    }

    /** Ends the waiting for good; only the first reason is kept. */
    void refuse(Vertx vertx, Throwable why) {
        List<Waiting> held;
        synchronized (this) {
            if (refusal == null) {
                refusal = why;
            }
            attached = null;
            held = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Waiting entry : held) {
            vertx.cancelTimer(entry.timerId);
            entry.fail.accept(why);
        }
    }

    private void expire(Waiting entry, String what) {
        if (cancel(entry)) {
            entry.fail.accept(
                    new IllegalStateException(what + " gave up: Hazelcast did not attach within " + timeoutMs + " ms"));
        }
    }
}
