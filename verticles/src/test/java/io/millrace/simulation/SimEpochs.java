package io.millrace.simulation;

import io.millrace.log.store.FoundDirectories;
import io.millrace.verticles.controller.BrokerRegistration;
import io.millrace.verticles.controller.PageCaches;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Consumer;

/**
 * The epoch of a simulated broker's last registration, believed as long as the page cache has survived.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimEpochs implements BrokerRegistration.Epochs {
    private final SimBroker broker;
    private final FoundDirectories found;
    private final Consumer<Runnable> files;
    private final SimEventLoop metadataLoop;

    SimEpochs(SimBroker broker, FoundDirectories found, Consumer<Runnable> files, SimEventLoop metadataLoop) {
        this.broker = broker;
        this.found = found;
        this.files = files;
        this.metadataLoop = metadataLoop;
    }

    @Override
    public Future<Long> read() {
        PageCaches pageCaches = PageCaches.of(found.opened());
        boolean survived = pageCaches.haveAllOf(broker.keptPageCache());
        if (survived) {
            broker.keepEpoch(broker.keptEpoch(), pageCaches.text());
        }
        return Future.succeededFuture(survived || broker.world().bugs().believesLostEpochs() ? broker.keptEpoch() : -1);
    }

    @Override
    public Future<Void> write(long epoch) {
        Promise<Void> written = Promise.promise();
        files.accept(() -> {
            broker.keepEpoch(epoch, PageCaches.of(found.opened()).text());
            metadataLoop.execute(written::complete);
        });
        return written.future();
    }
}
