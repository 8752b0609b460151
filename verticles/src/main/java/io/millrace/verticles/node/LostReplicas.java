package io.millrace.verticles.node;

import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.GiveUpReplicas;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a log directory fails, tells the controller which replicas went with it, until it has heard: their leaderships move to
 * other brokers, and this one serves on with what is left.
 *
 * <p>Thread: any; a directory fails on the thread that saw it.
 */
public final class LostReplicas {
    private static final Logger log = LoggerFactory.getLogger(LostReplicas.class);
    private static final long RETRY_MS = 500;
    /** Partitions in one command; a directory may have many thousands. */
    private static final int MOST_AT_ONCE = 5_000;

    private final QuorumPorts.Alarm alarm;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final ControllerGateway controller;
    private final Shards shards;
    private final Set<UUID> givenUp = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /** Those of one broker, with Vert.x's timers. */
    static LostReplicas of(
            Vertx vertx, int brokerId, LongSupplier brokerEpoch, ControllerGateway controller, Shards shards) {
        QuorumPorts.Alarm alarm = (delayMs, task) -> {
            long timer = vertx.setTimer(delayMs, due -> task.run());
            return () -> vertx.cancelTimer(timer);
        };
        return new LostReplicas(alarm, brokerId, brokerEpoch, controller, shards);
    }

    /** Those of one broker. */
    public LostReplicas(
            QuorumPorts.Alarm alarm,
            int brokerId,
            LongSupplier brokerEpoch,
            ControllerGateway controller,
            Shards shards) {
        this.alarm = alarm;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
        this.shards = shards;
    }

    /** Watches the directories of a broker that serves, and tells what it has begun without. */
    public void watch(List<LogDirectory> directories, Runnable directoryFailed) {
        directories.forEach(directory -> directory.whenOffline(() -> tell(() -> {
            givenUp.add(directory.directoryId());
            directoryFailed.run();
        })));
        tell(() -> {});
    }

    /** The controller had forgotten this broker, and with it what it was told before; done when it has heard. */
    public Future<Void> tellAgain() {
        Promise<Void> heard = Promise.promise();
        tell(heard::tryComplete);
        return heard.future();
    }

    /**
     * The failed directories of which the controller knows what was in them. A broker that comes back without one that it does
     * not know of is taken for one that has lost a disk, and must be: what it leads by then may have been there.
     */
    public List<UUID> givenUp() {
        return List.copyOf(givenUp);
    }

    /** The node stops: what was not heard yet is not said again. */
    public void stop() {
        stopped = true;
    }

    private void tell(Runnable heard) {
        collect()
                .compose(lost -> {
                    List<Future<Void>> all = new ArrayList<>();
                    for (int from = 0; from < lost.size(); from += MOST_AT_ONCE) {
                        Promise<Void> told = Promise.promise();
                        tell(List.copyOf(lost.subList(from, Math.min(lost.size(), from + MOST_AT_ONCE))), told);
                        all.add(told.future());
                    }
                    return Future.all(all);
                })
                .onSuccess(told -> heard.run());
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
    private void tell(List<GiveUpReplicas.Partition> lost, Promise<Void> told) {
        if (stopped) {
            return;
        }
        controller
                .submit(new GiveUpReplicas(brokerId, brokerEpoch.getAsLong(), lost))
                .onComplete(done -> {
                    boolean heard = done.succeeded() && done.result().error() == ControllerError.NONE;
                    if (heard) {
                        log.warn("{} replicas were given up with their log directory", lost.size());
                        told.complete();
                    } else {
                        alarm.set(RETRY_MS, () -> tell(lost, told));
                    }
                });
    }
}
