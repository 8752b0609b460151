package io.millrace.verticles.group;

import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.GroupMetadataManager;
import org.apache.kafka.coordinator.group.classic.ClassicGroupState;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.timeline.SnapshotRegistry;

/**
 * Kafka 4.4's own coordinator of one partition, driven by hand: its clock, its timer and its log are ours. The oracle of
 * {@link KafkaDifferenceTest}.
 */
final class KafkaShard implements CoordinatorTimer<CoordinatorRecord> {
    /** Reads see everything that was replayed. */
    static final long LATEST = Long.MAX_VALUE;

    private record Timeout(String key, long atMs, long sequence, TimeoutOperation<CoordinatorRecord> operation) {}

    private record Batch(CompletableFuture<Void> appended, Runnable answer) {}

    final GroupCoordinatorShard shard;
    final List<GroupRecord> log = new ArrayList<>();
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Supplier<Long> nowMs;
    private final Map<String, Timeout> timeouts = new HashMap<>();
    private final ArrayDeque<Batch> uncommitted = new ArrayDeque<>();
    private long sequence;
    boolean commitsAtOnce = true;

    KafkaShard(Map<String, Object> properties, Supplier<Long> nowMs) {
        this.nowMs = nowMs;
        GroupCoordinatorConfig config = GroupCoordinatorConfig.fromProps(properties);
        AbstractConfig shareConfig = new AbstractConfig(
                Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)),
                Map.of(),
                false);
        GroupCoordinatorShard.Builder builder = new GroupCoordinatorShard.Builder(
                config, new GroupConfigManager(config, new ShareGroupConfig(shareConfig)));
        builder.withAuthorizerPlugin(Optional.empty());
        this.shard = (GroupCoordinatorShard) builder.withLogContext(new LogContext())
                .withTime(new HandTime())
                .withTimer(this)
                .withExecutor(new NoExecutor())
                .withCoordinatorMetrics(
                        new GroupCoordinatorMetrics(new com.yammer.metrics.core.MetricsRegistry(), new Metrics()))
                .withTopicPartition(new TopicPartition("__consumer_offsets", 0))
                .withSnapshotRegistry(new SnapshotRegistry(new LogContext()))
                .build();
    }

    void replay(GroupRecord record) {
        shard.replay(
                0,
                -1,
                (short) -1,
                serde.deserialize(
                        ByteBuffer.wrap(record.key()),
                        record.value() == null ? null : ByteBuffer.wrap(record.value())));
        log.add(record);
    }

    void loaded() {
        shard.onLoaded(CoordinatorMetadataImage.EMPTY);
        // Counts groups every minute; nothing of ours.
        timeouts.remove("group-size-counter");
    }

    /** Runs an operation as Kafka's runtime does; the answer comes when what it wrote is committed. */
    <T> void write(
            Supplier<CoordinatorResult<T, CoordinatorRecord>> operation,
            Function<io.millrace.protocol.Errors, T> failed,
            Consumer<T> answer) {
        CoordinatorResult<T, CoordinatorRecord> result;
        try {
            result = operation.get();
        } catch (RuntimeException e) {
            Errors error = Errors.forException(e);
            answer.accept(failed.apply(io.millrace.protocol.Errors.forCode(error.code())));
            return;
        }
        take(result, () -> {
            if (result.response() != null) {
                answer.accept(result.response());
            }
        });
    }

    private void take(CoordinatorResult<?, CoordinatorRecord> result, Runnable answer) {
        for (CoordinatorRecord record : result.records()) {
            if (result.replayRecords()) {
                shard.replay(0, -1, (short) -1, record);
            }
            log.add(new GroupRecord(serde.serializeKey(record), serde.serializeValue(record)));
        }
        if (result.records().isEmpty() && uncommitted.isEmpty()) {
            complete(new Batch(result.appendFuture(), answer));
        } else {
            uncommitted.add(new Batch(result.appendFuture(), answer));
            if (commitsAtOnce) {
                commit();
            }
        }
    }

    void commit() {
        while (!uncommitted.isEmpty()) {
            complete(uncommitted.poll());
        }
    }

    private static void complete(Batch batch) {
        if (batch.appended != null) {
            batch.appended.complete(null);
        }
        batch.answer.run();
    }

    /**
     * Kafka remembers that somebody came during a group's initial delay even after that delay is over, and then gives the
     * next initial delay, of the group's next life, one step more. We do not; this takes the memory away.
     */
    void forgetThatSomebodyCame(List<String> groupIds) {
        try {
            Field field = GroupCoordinatorShard.class.getDeclaredField("groupMetadataManager");
            field.setAccessible(true);
            GroupMetadataManager groups = (GroupMetadataManager) field.get(shard);
            for (String groupId : groupIds) {
                if (groups.groupIds().contains(groupId)) {
                    org.apache.kafka.coordinator.group.classic.ClassicGroup group =
                            groups.classicGroup(groupId, LATEST);
                    if (!group.isInState(ClassicGroupState.PREPARING_REBALANCE)) {
                        group.setNewMemberAdded(false);
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- the timer ----

    long nextDeadlineMs() {
        return timeouts.values().stream().mapToLong(Timeout::atMs).min().orElse(Long.MAX_VALUE);
    }

    void runDue() {
        while (true) {
            Optional<Timeout> due = timeouts.values().stream()
                    .filter(timeout -> timeout.atMs <= nowMs.get())
                    .min(Comparator.comparingLong(Timeout::atMs).thenComparingLong(Timeout::sequence));
            if (due.isEmpty()) {
                return;
            }
            timeouts.remove(due.get().key);
            take(due.get().operation.generateRecords(), () -> {});
        }
    }

    @Override
    public void schedule(
            String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
        timeouts.put(key, new Timeout(key, nowMs.get() + unit.toMillis(delay), sequence++, operation));
    }

    @Override
    public void schedule(
            String key,
            long delay,
            TimeUnit unit,
            boolean retry,
            long retryBackoff,
            TimeoutOperation<CoordinatorRecord> operation) {
        schedule(key, delay, unit, retry, operation);
    }

    @Override
    public void scheduleIfAbsent(
            String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
        if (!timeouts.containsKey(key)) {
            schedule(key, delay, unit, retry, operation);
        }
    }

    @Override
    public void cancel(String key) {
        timeouts.remove(key);
    }

    @Override
    public boolean isScheduled(String key) {
        return timeouts.containsKey(key);
    }

    // ---- the world around it ----

    static AuthorizableRequestContext context(ClientContext client) {
        return new AuthorizableRequestContext() {
            @Override
            public String listenerName() {
                return "PLAINTEXT";
            }

            @Override
            public SecurityProtocol securityProtocol() {
                return SecurityProtocol.PLAINTEXT;
            }

            @Override
            public KafkaPrincipal principal() {
                return KafkaPrincipal.ANONYMOUS;
            }

            @Override
            public InetAddress clientAddress() {
                try {
                    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
                } catch (UnknownHostException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public int requestType() {
                return 0;
            }

            @Override
            public int requestVersion() {
                return client.apiVersion();
            }

            @Override
            public String clientId() {
                return client.clientId();
            }

            @Override
            public int correlationId() {
                return 0;
            }
        };
    }

    private final class HandTime implements Time {
        @Override
        public long milliseconds() {
            return nowMs.get();
        }

        @Override
        public long nanoseconds() {
            return TimeUnit.MILLISECONDS.toNanos(nowMs.get());
        }

        @Override
        public void sleep(long ms) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class NoExecutor implements CoordinatorExecutor<CoordinatorRecord> {
        @Override
        public <R> boolean schedule(String key, TaskRunnable<R> task, TaskOperation<CoordinatorRecord, R> operation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isScheduled(String key) {
            return false;
        }

        @Override
        public void cancel(String key) {}
    }
}
