package io.millrace.verticles.coordinator;

import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.ShardContext;
import io.millrace.verticles.shard.Shards;
import io.netty.channel.DefaultEventLoopGroup;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A partition of {@code __consumer_offsets} on a real shard and a disk that can be full.
 *
 * <p>Thread: the test's; the shard has its own.
 */
@Timeout(60)
abstract class OffsetsPartition {
    static final int ME = 1;
    static final UUID OFFSETS = new UUID(7, 1);
    static final UUID ORDERS = new UUID(7, 2);
    static final ClientContext CLIENT = new ClientContext("client", "/127.0.0.1", 8);

    final FaultyDisk disk = new FaultyDisk();
    final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(1);
    final AtomicReference<MetadataImage> image = new AtomicReference<>(MetadataImage.EMPTY);
    /** How far the clock is ahead of the loops' timers. */
    final AtomicLong skewMs = new AtomicLong();

    volatile boolean clockBroken;
    LogDirectory directory;
    Shard shard;
    GroupCoordinators groups;
    long offset;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        image.set(image.get()
                .replay(
                        ++offset,
                        1,
                        new RegisterBrokerRecord(
                                ME, new UUID(0, 1), 0, List.of(), null, List.of(new UUID(8, 8)), false, false)));
        directory = LogDirectory.open(data, disk, LogDirectoryOptions.of(ME, null));
        EffectiveConfigs configs = new EffectiveConfigs(ConfigCatalog.get(), ME, Map.of());
        shard = new Shard(
                0,
                1,
                loops.next(),
                new ShardContext(
                        ME,
                        new UUID(0, 1),
                        new LogDirectories(List.of(directory)),
                        configs,
                        new BrokerMetrics(),
                        System::currentTimeMillis,
                        this::tickerMs,
                        1 << 20,
                        60_000,
                        ReplicationParts.alone(ME)));
        groups = new GroupCoordinators(
                image::get,
                configs,
                new Shards(List.of(shard)),
                System::currentTimeMillis,
                this::tickerMs,
                UUID::randomUUID);
    }

    long tickerMs() {
        if (clockBroken) {
            throw new OutOfMemoryError("none for the clock");
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + skewMs.get();
    }

    @AfterEach
    void stop() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        shard.close(() -> closed.complete(null));
        closed.get(20, TimeUnit.SECONDS);
        directory.close();
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    static MetadataRecord ledBy(UUID topic, int leader, int epoch) {
        return ledBy(topic, leader, epoch, ME);
    }

    /** Only this node is in sync. */
    static MetadataRecord ledBy(UUID topic, int leader, int epoch, int... replicas) {
        UUID[] directories = new UUID[replicas.length];
        Arrays.fill(directories, new UUID(8, 8));
        return new PartitionRecord(
                topic,
                0,
                replicas,
                directories,
                new int[] {ME},
                new int[0],
                new int[0],
                leader,
                epoch,
                epoch,
                (byte) 0,
                new int[0],
                new int[0]);
    }

    /** The shard follows, and so do the coordinators, in the order of production. */
    void commit(MetadataRecord... records) {
        MetadataImage before = image.get();
        MetadataImage after = before;
        for (MetadataRecord record : records) {
            after = after.replay(++offset, 1, record);
        }
        image.set(after);
        MetadataDelta delta = MetadataDelta.between(before, after);
        shard.execute(() -> shard.roles().apply(delta));
        groups.follow(delta);
    }

    void lead() {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0));
    }

    Future<OffsetCommitResponseData> committed(String group, long next) {
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName("orders")
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(next)
                                .setCommittedMetadata("")))));
        return groups.ask(group, (machine, nowMs, answer) -> machine.commitOffsets(request, CLIENT, nowMs, answer));
    }

    Future<Long> fetched(String group) {
        OffsetFetchRequestGroup request =
                new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
        return groups.<OffsetFetchResponseGroup>ask(
                        group, (machine, nowMs, answer) -> machine.fetchOffsets(request, false, nowMs, answer))
                .map(answer -> answer.topics().isEmpty()
                        ? -1L
                        : answer.topics().get(0).partitions().get(0).committedOffset());
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    static Errors error(OffsetCommitResponseData answer) {
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    /** Asks again while the partition is being loaded, as clients do. */
    static <T> T untilLoaded(Supplier<Future<T>> question) throws Exception {
        while (true) {
            try {
                return get(question.get());
            } catch (java.util.concurrent.ExecutionException e) {
                if (CoordinatorException.errorOf(e.getCause()) != Errors.COORDINATOR_LOAD_IN_PROGRESS) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    static Errors refusal(Future<?> answer) throws Exception {
        return CoordinatorException.errorOf(get(answer.transform(done -> Future.succeededFuture(done.cause()))));
    }
}
