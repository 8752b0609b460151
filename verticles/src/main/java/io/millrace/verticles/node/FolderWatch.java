package io.millrace.verticles.node;

import io.millrace.log.store.LogDirectory;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Looks every few seconds whether the data folders are still there: files that are open would take writes for hours after
 * somebody deleted them.
 *
 * <p>Thread: any; looks on a worker, one look at a time, so that a device that does not answer holds up nothing else.
 */
final class FolderWatch {
    private static final long EVERY_MS = 5_000;

    private final Vertx vertx;
    private final List<LogDirectory> directories;
    private volatile long timer;
    private volatile boolean stopped;

    private FolderWatch(Vertx vertx, List<LogDirectory> directories) {
        this.vertx = vertx;
        this.directories = directories;
    }

    static FolderWatch of(Vertx vertx, List<LogDirectory> directories) {
        FolderWatch watch = new FolderWatch(vertx, directories);
        watch.lookLater();
        return watch;
    }

    private void lookLater() {
        if (!stopped) {
            timer = vertx.setTimer(
                    EVERY_MS, due -> vertx.executeBlocking(this::look, false).onComplete(looked -> lookLater()));
        }
    }

    private Void look() {
        for (LogDirectory directory : directories) {
            if (!stopped && directory.offlineReason().isEmpty()) {
                directory.look();
            }
        }
        return null;
    }

    /** Before the directories are closed. */
    void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }
}
