package io.millrace.verticles.controller;

import io.millrace.verticles.controller.BrokerEpochFile.Kept;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/**
 * The broker's epoch in its data directory, read and written off the loops.
 *
 * <p>Thread: any; the futures complete on the caller's context.
 */
final class EpochKeeper implements BrokerRegistration.Epochs {
    private final Vertx vertx;
    private final BrokerEpochFile file;
    private final String pageCache;
    private final boolean stoppedInOrder;

    /**
     * Keeps the epoch in a directory.
     *
     * @param pageCache which one stands behind the node's logs now
     * @param stoppedInOrder the last process left nothing to the page cache
     */
    EpochKeeper(Vertx vertx, Path directory, String pageCache, boolean stoppedInOrder) {
        this.vertx = vertx;
        this.file = new BrokerEpochFile(directory);
        this.pageCache = pageCache;
        this.stoppedInOrder = stoppedInOrder;
    }

    /** What can still be vouched for (rule B13). */
    static long believed(Kept kept, String pageCache, boolean stoppedInOrder) {
        return stoppedInOrder || kept.pageCache().equals(pageCache) ? kept.epoch() : BrokerEpochFile.UNKNOWN;
    }

    @Override
    public Future<Long> read() {
        return vertx.executeBlocking(() -> believed(file.read(), pageCache, stoppedInOrder));
    }

    @Override
    public Future<Void> write(long epoch) {
        return vertx.executeBlocking(() -> {
            file.write(new Kept(epoch, pageCache));
            return null;
        });
    }
}
