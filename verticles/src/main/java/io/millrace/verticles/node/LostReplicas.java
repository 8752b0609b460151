package io.millrace.verticles.node;

import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.GiveUpReplicas;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a log directory fails, tells the controller which replicas went with it, until it has heard: their leaderships move to
 * other brokers, and this one serves on with what is left.
 *
 * <p>Thread: any; a directory fails on the thread that saw it.
 */
final class LostReplicas {
    private static final Logger log = LoggerFactory.getLogger(LostReplicas.class);
    private static final long RETRY_MS = 500;
    /** Partitions in one command; a directory may have many thousands. */
    private static final int MOST_AT_ONCE = 5_000;

    private final Vertx vertx;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final ControllerGateway controller;
    private final Shards shards;
    private volatile boolean stopped;

    LostReplicas(Vertx vertx, int brokerId, LongSupplier brokerEpoch, ControllerGateway controller, Shards shards) {
        this.vertx = vertx;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
        this.shards = shards;
    }

    /** Watches the directories of a broker that serves. */
    void watch(List<LogDirectory> directories, Runnable directoryFailed) {
        directories.forEach(directory -> directory.whenOffline(() -> {
            directoryFailed.run();
            tell();
        }));
    }

    void stop() {
        stopped = true;
    }

    private void tell() {
        collect().onSuccess(lost -> {
            for (int from = 0; from < lost.size(); from += MOST_AT_ONCE) {
                tell(List.copyOf(lost.subList(from, Math.min(lost.size(), from + MOST_AT_ONCE))));
            }
        });
    }

    private Future<List<GiveUpReplicas.Partition>> collect() {
        List<Future<List<GiveUpReplicas.Partition>>> all = new ArrayList<>();
        for (Shard shard : shards.all()) {
            Promise<List<GiveUpReplicas.Partition>> found = Promise.promise();
            shard.execute(() -> {
                List<GiveUpReplicas.Partition> ids = new ArrayList<>();
                shard.forEachOffline(id -> ids.add(new GiveUpReplicas.Partition(id.topicId(), id.partition())));
                found.complete(ids);
            });
            all.add(found.future());
        }
        return Future.all(all).map(done -> {
            List<GiveUpReplicas.Partition> lost = new ArrayList<>();
            all.forEach(one -> lost.addAll(one.result()));
            return lost;
        });
    }

    /** Giving up twice does no harm, so it is said until it was heard. */
    private void tell(List<GiveUpReplicas.Partition> lost) {
        if (stopped) {
            return;
        }
        controller
                .submit(new GiveUpReplicas(brokerId, brokerEpoch.getAsLong(), lost))
                .onComplete(done -> {
                    boolean heard = done.succeeded() && done.result().error() == ControllerError.NONE;
                    if (heard) {
                        log.warn("{} replicas were given up with their log directory", lost.size());
                    } else {
                        vertx.setTimer(RETRY_MS, timer -> tell(lost));
                    }
                });
    }
}
