package io.millrace.verticles.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ReadOutcome;
import io.millrace.log.batch.BatchHeader;
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
import io.millrace.membership.record.RemoveTopicRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupCoordinatorMachine;
import io.millrace.verticles.group.GroupRecord;
import io.millrace.verticles.group.GroupSettings;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.replication.ReplicationParts;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.ShardContext;
import io.millrace.verticles.shard.Shards;
import io.netty.channel.DefaultEventLoopGroup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A partition of {@code __consumer_offsets} on a real shard and a disk that can be full. */
@Timeout(60)
class GroupPartitionTest {
    private static final int ME = 1;
    private static final UUID OFFSETS = new UUID(7, 1);
    private static final UUID ORDERS = new UUID(7, 2);
    private static final int MEMBER_SESSION_MS = 10_000;
    private static final ClientContext CLIENT = new ClientContext("client", "/127.0.0.1", 8);

    private final FaultyDisk disk = new FaultyDisk();
    private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(1);
    private final AtomicReference<MetadataImage> image = new AtomicReference<>(MetadataImage.EMPTY);
    /** How far the clock is ahead of the loops' timers. */
    private final AtomicLong skewMs = new AtomicLong();

    private volatile boolean clockBroken;
    private LogDirectory directory;
    private Shard shard;
    private GroupCoordinators groups;
    private long offset;

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

    private long tickerMs() {
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

    private static MetadataRecord ledBy(UUID topic, int leader, int epoch) {
        return ledBy(topic, leader, epoch, ME);
    }

    /** Only this node is in sync. */
    private static MetadataRecord ledBy(UUID topic, int leader, int epoch, int... replicas) {
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
    private void commit(MetadataRecord... records) {
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

    private void lead() {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0));
    }

    private Future<OffsetCommitResponseData> committed(String group, long next) {
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

    private Future<Long> fetched(String group) {
        OffsetFetchRequestGroup request =
                new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
        return groups.<OffsetFetchResponseGroup>ask(
                        group, (machine, nowMs, answer) -> machine.fetchOffsets(request, false, nowMs, answer))
                .map(answer -> answer.topics().isEmpty()
                        ? -1L
                        : answer.topics().get(0).partitions().get(0).committedOffset());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Errors error(OffsetCommitResponseData answer) {
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    /** Asks again while the partition is being loaded, as clients do. */
    private static <T> T untilLoaded(Supplier<Future<T>> question) throws Exception {
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

    @Test
    void whoAsksDuringALoadIsToldToComeAgain() throws Exception {
        AtomicReference<Future<Long>> early = new AtomicReference<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        MetadataImage before = image.get();
        image.set(before.replay(11, 1, new TopicRecord(OFFSETS, OffsetsTopic.NAME))
                .replay(12, 1, ledBy(OFFSETS, ME, 0)));
        shard.execute(() -> {
            shard.roles().apply(MetadataDelta.between(before, image.get()));
            early.set(fetched("shop"));
            asked.complete(null);
        });
        asked.get(20, TimeUnit.SECONDS);

        assertThat(CoordinatorException.errorOf(early.get().cause())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(-1);
    }

    @Test
    void whatWasCommittedIsThereInTheNextEpoch() throws Exception {
        lead();
        for (int next = 1; next <= 1000; next++) {
            int now = next;
            assertThat(error(untilLoaded(() -> committed("shop", now)))).isEqualTo(Errors.NONE);
        }

        commit(ledBy(OFFSETS, ME, 5));

        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(1000);
    }

    @Test
    void operationsOfOneTurnAreOneBatch() throws Exception {
        lead();
        untilLoaded(() -> fetched("shop"));
        List<Future<OffsetCommitResponseData>> commits = new ArrayList<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        shard.execute(() -> {
            for (int next = 1; next <= 50; next++) {
                commits.add(committed("shop-" + next, next));
            }
            asked.complete(null);
        });
        asked.get(20, TimeUnit.SECONDS);
        for (Future<OffsetCommitResponseData> each : commits) {
            assertThat(error(get(each))).isEqualTo(Errors.NONE);
        }

        CompletableFuture<Integer> batches = new CompletableFuture<>();
        shard.execute(() -> {
            ReadOutcome.FromMemory read =
                    (ReadOutcome.FromMemory) shard.replica(OFFSETS, 0).log().read(0, Long.MAX_VALUE, 1 << 20, true);
            int count = 0;
            for (var payload : read.batches()) {
                ByteBuffer bytes = payload.bytes();
                for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
                    count++;
                }
                payload.release();
            }
            batches.complete(count);
        });
        assertThat(batches.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void noBatchIsLargerThanTheTopicTakesItsHeaderIncluded() throws Exception {
        int limit = 1_000;
        GroupRecord half = new GroupRecord(new byte[10], new byte[limit / 2 - 10 - 33]);
        assertThat(half.sizeBoundBytes()).isEqualTo(limit / 2);
        lead();
        untilLoaded(() -> fetched("shop"));
        CompletableFuture<Long> committed = new CompletableFuture<>();
        shard.execute(() -> {
            GroupAppender appender = new GroupAppender(
                    shard,
                    shard.replica(OFFSETS, 0),
                    0,
                    limit,
                    60_000,
                    System::currentTimeMillis,
                    () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                    token -> {
                        if (token == 2) {
                            committed.complete(token);
                        }
                    },
                    error -> committed.completeExceptionally(new AssertionError(error)));
            appender.append(1, List.of(half));
            appender.append(2, List.of(half));
        });
        committed.get(20, TimeUnit.SECONDS);

        CompletableFuture<Integer> largest = new CompletableFuture<>();
        shard.execute(() -> {
            ReadOutcome.FromMemory read =
                    (ReadOutcome.FromMemory) shard.replica(OFFSETS, 0).log().read(0, Long.MAX_VALUE, 1 << 20, true);
            int most = 0;
            for (var payload : read.batches()) {
                ByteBuffer bytes = payload.bytes();
                for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
                    most = Math.max(most, BatchHeader.sizeBytes(bytes, at));
                }
                payload.release();
            }
            largest.complete(most);
        });
        assertThat(largest.get(20, TimeUnit.SECONDS)).isLessThanOrEqualTo(limit);
    }

    @Test
    void whoLosesTheLeadershipSendsEverybodyAway() throws Exception {
        lead();
        untilLoaded(() -> fetched("shop"));
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId("shop")
                .setProtocolType("consumer")
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(60_000);
        join.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        Future<JoinGroupResponseData> waiting = groups.ask(
                "shop",
                (machine, nowMs, answer) ->
                        machine.joinGroup(join, new ClientContext("client", "/127.0.0.1", 3), nowMs, answer));

        commit(ledBy(OFFSETS, 2, 1));

        assertThat(get(waiting).errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
        Future<Long> late = fetched("shop");
        assertThat(late.toCompletionStage().toCompletableFuture())
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .satisfies(e ->
                        assertThat(CoordinatorException.errorOf(e.getCause())).isEqualTo(Errors.NOT_COORDINATOR));
    }

    /** Rule V33: what was committed elsewhere since is not known here. */
    @Test
    void whoMayHaveBeenReplacedAnswersNothingUntilItIsSureAgain() throws Exception {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        shard.execute(() -> shard.leadsUntil(0));

        assertThat(refusal(fetched("shop"))).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(refusal(committed("shop", 8))).isEqualTo(Errors.NOT_COORDINATOR);
        List<Future<Integer>> all = get(groups.askAll((machine, nowMs, answer) -> answer.accept(1)));
        assertThat(refusal(all.get(0))).as("no gap in a list").isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);

        shard.execute(() -> shard.leadsUntil(Long.MAX_VALUE));
        assertThat(get(fetched("shop"))).isEqualTo(7);
    }

    @Test
    void membersThatCouldNotBeHeardAreNotExpired() throws Exception {
        ShardGroups watched = new ShardGroups(
                shard,
                new CoordinatorTiming(System::currentTimeMillis, this::tickerMs, 5_000, UUID::randomUUID),
                replica -> GroupSettings.DEFAULTS);
        shard.execute(() -> shard.watchLeaders(watched));
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        JoinGroupResponseData member = stableMember(watched);
        assertThat(heartbeat(watched, member)).isEqualTo(Errors.NONE);

        shard.execute(() -> shard.leadsUntil(0));
        passAndTick(watched, 3 * MEMBER_SESSION_MS);
        assertThat(heartbeat(watched, member)).isEqualTo(Errors.NOT_COORDINATOR);
        passAndTick(watched, 3 * MEMBER_SESSION_MS);

        shard.execute(() -> shard.leadsUntil(Long.MAX_VALUE));
        passAndTick(watched, MEMBER_SESSION_MS / 2);
        assertThat(heartbeat(watched, member)).as("its session began anew").isEqualTo(Errors.NONE);
        passAndTick(watched, 2 * MEMBER_SESSION_MS);
        assertThat(heartbeat(watched, member)).as("which ends").isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private void passAndTick(ShardGroups watched, long ms) {
        shard.execute(() -> {
            skewMs.addAndGet(ms);
            watched.tick();
        });
    }

    private <R> Future<R> ask(ShardGroups watched, GroupQuestion<R> question) {
        Promise<R> answer = Promise.promise();
        shard.execute(() -> watched.ask(0, question, Errors.NOT_COORDINATOR, answer));
        return answer.future();
    }

    /** The only one of its group, with its assignment. */
    private JoinGroupResponseData stableMember(ShardGroups watched) throws Exception {
        untilLoaded(() -> ask(watched, (machine, nowMs, answer) -> answer.accept(1)));
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId("shop")
                .setProtocolType("consumer")
                .setSessionTimeoutMs(MEMBER_SESSION_MS)
                .setRebalanceTimeoutMs(60_000);
        join.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        Future<JoinGroupResponseData> joining = ask(
                watched,
                (machine, nowMs, answer) ->
                        machine.joinGroup(join, new ClientContext("client", "/127.0.0.1", 3), nowMs, answer));
        passAndTick(watched, GroupSettings.DEFAULTS.initialRebalanceDelayMs());
        JoinGroupResponseData joined = get(joining);
        SyncGroupRequestData sync = new SyncGroupRequestData()
                .setGroupId("shop")
                .setMemberId(joined.memberId())
                .setGenerationId(joined.generationId());
        ClientContext context = new ClientContext("client", "/127.0.0.1", 3);
        SyncGroupResponseData synced =
                get(ask(watched, (machine, nowMs, answer) -> machine.syncGroup(sync, context, nowMs, answer)));
        assertThat(synced.errorCode()).isZero();
        return joined;
    }

    private Errors heartbeat(ShardGroups watched, JoinGroupResponseData member) throws Exception {
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId("shop")
                .setMemberId(member.memberId())
                .setGenerationId(member.generationId());
        return get(this.<HeartbeatResponseData>ask(
                        watched, (machine, nowMs, answer) -> machine.heartbeat(request, CLIENT, nowMs, answer))
                .map(answer -> Errors.forCode(answer.errorCode()))
                .recover(failure -> Future.succeededFuture(CoordinatorException.errorOf(failure))));
    }

    @Test
    void whoseMemoryRunsOutInTheMiddleAnswersAndIsLoadedAgain() throws Exception {
        lead();
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        AtomicReference<GroupCoordinatorMachine> halfChanged = new AtomicReference<>();
        Future<Integer> answer = groups.ask("shop", (machine, nowMs, reply) -> {
            halfChanged.set(machine);
            throw new OutOfMemoryError("none for the answer");
        });

        assertThat(refusal(answer)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(7);
        assertThat(get(groups.<Boolean>ask(
                        "shop", (machine, nowMs, reply) -> reply.accept(machine == halfChanged.get()))))
                .isFalse();
    }

    @Test
    void whoCannotEvenAskAnswers() throws Exception {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        untilLoaded(() -> fetched("shop"));
        AtomicReference<Future<Long>> asked = new AtomicReference<>();
        CompletableFuture<Void> done = new CompletableFuture<>();

        shard.execute(() -> {
            clockBroken = true;
            try {
                asked.set(fetched("shop"));
            } finally {
                clockBroken = false;
                done.complete(null);
            }
        });
        done.get(20, TimeUnit.SECONDS);

        assertThat(refusal(asked.get())).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(get(fetched("shop"))).isEqualTo(-1);
    }

    @Test
    void nobodyReplacesTheOnlyReplica() throws Exception {
        lead();
        untilLoaded(() -> committed("shop", 7));

        shard.execute(() -> shard.leadsUntil(0));

        assertThat(get(fetched("shop"))).isEqualTo(7);
    }

    private static Errors refusal(Future<?> answer) throws Exception {
        return CoordinatorException.errorOf(get(answer.transform(done -> Future.succeededFuture(done.cause()))));
    }

    @Test
    void aFailedAppendIsAReloadThatKnowsWhatWasCommittedBefore() throws Exception {
        lead();
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        disk.freeBytes(0);
        Errors refused = error(get(committed("shop", 8)));
        disk.enoughSpace();

        assertThat(refused).isIn(Errors.NOT_COORDINATOR, Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(7);
        Errors again;
        do {
            // The directory may need a moment until it has noticed that there is room.
            again = error(untilLoaded(() -> committed("shop", 9)));
        } while (again != Errors.NONE);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(9);
    }

    @Test
    void aDeletedTopicTakesItsOffsetsAlong() throws Exception {
        commit(new TopicRecord(ORDERS, "orders"), ledBy(ORDERS, ME, 0));
        lead();
        untilLoaded(() -> committed("shop", 7));

        commit(new RemoveTopicRecord(ORDERS));

        long left;
        do {
            left = untilLoaded(() -> fetched("shop"));
        } while (left != -1);
        assertThat(left).isEqualTo(-1);
    }

    @Test
    void offsetsOfADeletedTopicGoWhenTheirTombstonesWereRefusedAtFirst() throws Exception {
        commit(new TopicRecord(ORDERS, "orders"), ledBy(ORDERS, ME, 0));
        lead();
        untilLoaded(() -> committed("shop", 7));

        disk.freeBytes(0);
        commit(new RemoveTopicRecord(ORDERS));
        assertThat(error(get(committed("shop", 8)))).isNotEqualTo(Errors.NONE);
        disk.enoughSpace();

        long left;
        do {
            left = untilLoaded(() -> fetched("shop"));
        } while (left != -1);
        assertThat(left).isEqualTo(-1);
    }

    @Test
    void withoutTheTopicNobodyCoordinates() {
        assertThat(CoordinatorException.errorOf(fetched("shop").cause())).isEqualTo(Errors.NOT_COORDINATOR);
    }
}
