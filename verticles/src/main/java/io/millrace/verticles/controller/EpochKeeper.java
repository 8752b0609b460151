package io.millrace.verticles.controller;

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
    private final boolean pageCacheSurvived;

    /** @param pageCacheSurvived whether what was written before this start can still be vouched for (rule B13) */
    EpochKeeper(Vertx vertx, Path directory, boolean pageCacheSurvived) {
        this.vertx = vertx;
        this.file = new BrokerEpochFile(directory);
        this.pageCacheSurvived = pageCacheSurvived;
    }

    @Override
    public Future<Long> read() {
        return pageCacheSurvived ? vertx.executeBlocking(file::read) : Future.succeededFuture(BrokerEpochFile.UNKNOWN);
    }

    @Override
    public Future<Void> write(long epoch) {
        return vertx.executeBlocking(() -> {
            file.write(epoch);
            return null;
        });
    }
}
