package io.millrace.simulation;

import io.millrace.log.replication.FetchSettings;
import io.millrace.log.replication.ReplicationCodec;
import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.verticles.controller.BrokerRegistration;
import io.millrace.verticles.coordinator.GroupCoordinators;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.OutgoingFrame;
import io.millrace.verticles.replication.ReplicationParts;
import io.millrace.verticles.shard.LogCleaner;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.ShardContext;
import io.millrace.verticles.shard.Shards;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The half of a simulated process that holds logs: shards, coordinators, cleaner and the clients' door, as {@code Broker}
 * puts them together.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimShards {
    private static final int SHARDS = 2;
    private static final long MOVES_WITHIN_MS = 2_000;
    private static final long MAINTENANCE_MS = 2_000;

    /** @param registration null until the quorum is open */
    record Parts(
            SimLife life,
            SimBroker broker,
            String name,
            UUID incarnation,
            FoundDirectories found,
            EffectiveConfigs configs,
            SimEventLoop metadataLoop,
            SimCleanerBench bench,
            Supplier<BrokerRegistration> registration) {}

    private final Parts parts;
    private final SimLife life;
    private final SimBroker broker;
    private final ClusterWorld world;
    private final SimEventLoop metadataLoop;
    private final List<SimEventLoop> shardLoops = new ArrayList<>();
    private final LogDirectories directories;
    private final Shards all;
    private final LogCleaner cleaner;
    private final SimDoor door;

    SimShards(Parts parts) {
        this.parts = parts;
        this.life = parts.life();
        this.broker = parts.broker();
        this.world = broker.world();
        this.metadataLoop = parts.metadataLoop();
        ReplicationParts replication = new ReplicationParts(
                broker.id(),
                world.lagTimeMaxMs(),
                false,
                FetchSettings.DEFAULTS,
                this::brokerEpoch,
                proposals -> life.gateway().submit(proposals),
                loop -> this::sendFrame);
        directories = new LogDirectories(parts.found().opened(), parts.found().unopened());
        ShardContext context = new ShardContext(
                broker.id(),
                parts.incarnation(),
                directories,
                parts.configs(),
                new BrokerMetrics(),
                broker::wallMs,
                world.simulation()::nowMs,
                1 << 20,
                MAINTENANCE_MS,
                replication);
        List<Shard> each = new ArrayList<>();
        for (int index = 0; index < SHARDS; index++) {
            SimEventLoop loop = new SimEventLoop(life.process().scheduler(), parts.name() + " shard " + index);
            shardLoops.add(loop);
            Shard shard = new Shard(index, SHARDS, loop, context);
            each.add(shard);
        }
        all = new Shards(each);
        Random memberIds = world.simulation().random("member ids of " + broker.id());
        GroupCoordinators groups = new GroupCoordinators(
                life.publisher()::image,
                parts.configs(),
                all,
                broker::wallMs,
                world.simulation()::nowMs,
                () -> new UUID(memberIds.nextLong(), memberIds.nextLong()));
        for (Shard shard : each) {
            life.publisher().follow(delta -> shard.execute(() -> shard.roles().apply(delta)));
            world.bugs().plant(life, shard);
            shard.start();
        }
        life.publisher().follow(groups::follow);
        cleaner = new LogCleaner(parts.configs(), life.publisher()::image, broker::wallMs, settings -> parts.bench())
                .start(all);
        door = new SimDoor(broker, metadataLoop, all, groups);
    }

    private long brokerEpoch() {
        BrokerRegistration registration = parts.registration().get();
        return registration == null ? -1 : registration.brokerEpoch();
    }

    private Future<Void> sendFrame(int to, OutgoingFrame frame) {
        byte[] bytes = new byte[frame.sizeBytes()];
        frame.view().readBytes(bytes);
        frame.release();
        bytes = world.bugs().frame(bytes);
        world.network().send(broker.id(), to, new SimMessage.Frame(bytes));
        return Future.succeededFuture();
    }

    void received(ByteBuffer frame) {
        int shard = ReplicationCodec.shardOf(frame);
        all.all().get(shard % SHARDS).replication().received(Unpooled.wrappedBuffer(frame));
    }

    Shards all() {
        return all;
    }

    LogDirectories directories() {
        return directories;
    }

    SimDoor door() {
        return door;
    }

    /** As {@code Broker.start}: what was on disk is open before clients are served. */
    void whenLoaded(Runnable task) {
        int[] loading = {SHARDS};
        for (Shard shard : all.all()) {
            shard.execute(() -> shard.roles()
                    .whenLoaded(() -> metadataLoop.execute(() -> {
                        if (--loading[0] == 0) {
                            task.run();
                        }
                    })));
        }
    }

    /** One of its replicas is to go to the other directory, as {@code AlterReplicaLogDirsHandler} has it. */
    void moveAny(Random random) {
        Shard shard = all.all().get(random.nextInt(SHARDS));
        shard.execute(() -> {
            List<Replica> replicas = new ArrayList<>();
            shard.forEach(replicas::add);
            if (directories.isAnyOffline() || parts.found().opened().size() < 2 || replicas.isEmpty()) {
                return;
            }
            Replica replica = replicas.get(random.nextInt(replicas.size()));
            LogDirectory to = parts.found().opened().get(0) == replica.directory()
                    ? parts.found().opened().get(1)
                    : parts.found().opened().get(0);
            if (!replica.isOffline()) {
                shard.moves().move(replica, to);
                life.process().scheduler().after(MOVES_WITHIN_MS, parts.name() + " has moved", () -> {
                    if (replica.directory() == to) {
                        world.tally().movedBetweenDirectories();
                    }
                });
            }
        });
    }

    void close(Runnable done) {
        cleaner.close();
        int[] open = {SHARDS};
        for (Shard shard : all.all()) {
            shard.close(() -> metadataLoop.execute(() -> {
                if (--open[0] == 0) {
                    done.run();
                }
            }));
        }
    }

    /** The process dies. */
    void stop() {
        shardLoops.forEach(SimEventLoop::stop);
    }
}
