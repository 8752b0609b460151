package io.millrace.verticles.coordinator;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.DeletedTopic;
import io.millrace.verticles.group.GroupCoordinatorMachine;
import io.millrace.verticles.group.GroupSettings;
import io.millrace.verticles.shard.LeadershipWatcher;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The group partitions of one shard: opened and closed with the leadership of their replicas, and woken by one timer.
 *
 * <p>Thread: the shard's loop.
 */
final class ShardGroups implements LeadershipWatcher {
    private static final long NEVER = GroupCoordinatorMachine.NEVER;

    private final Shard shard;
    private final CoordinatorTiming timing;
    private final Function<Replica, GroupSettings> settings;
    private final Map<Integer, GroupPartition> partitions = new HashMap<>();
    private ScheduledFuture<?> timer;
    private long timerAtMs = NEVER;

    ShardGroups(Shard shard, CoordinatorTiming timing, Function<Replica, GroupSettings> settings) {
        this.shard = shard;
        this.timing = timing;
        this.settings = settings;
    }

    private static boolean isOffsets(Replica replica) {
        return replica.log().id().topic().equals(OffsetsTopic.NAME);
    }

    @Override
    public void leads(Replica replica, int leaderEpoch) {
        if (!isOffsets(replica)) {
            return;
        }
        int number = replica.log().id().partition();
        GroupPartition before = partitions.remove(number);
        if (before != null) {
            // Another node may have led in between.
            before.close();
        }
        GroupPartition[] self = new GroupPartition[1];
        self[0] = new GroupPartition(shard, timing, replica, leaderEpoch, settings, () -> deadlineMoved(self[0]));
        partitions.put(number, self[0]);
        self[0].load();
    }

    @Override
    public void leadsNoMore(Replica replica) {
        GroupPartition led =
                isOffsets(replica) ? partitions.get(replica.log().id().partition()) : null;
        if (led != null && led.replica() == replica) {
            partitions.remove(replica.log().id().partition());
            led.close();
        }
    }

    @Override
    public void leadForSureAgain() {
        new ArrayList<>(partitions.values()).forEach(GroupPartition::heardAgain);
    }

    <R> void ask(int partition, GroupQuestion<R> question, Errors unsure, Promise<R> answer) {
        GroupPartition asked = partitions.get(partition);
        if (asked == null) {
            answer.fail(new CoordinatorException(Errors.NOT_COORDINATOR));
        } else {
            asked.ask(question, unsure, answer);
        }
    }

    void topicsDeleted(Collection<DeletedTopic> topics) {
        partitions.values().forEach(partition -> partition.topicsDeleted(topics));
    }

    GroupReport report(int mostOffsets) {
        GroupReport report = new GroupReport(mostOffsets);
        partitions.values().forEach(partition -> partition.report(report));
        return report;
    }

    private void deadlineMoved(GroupPartition partition) {
        long dueInMs = partition.dueInMs();
        if (dueInMs != NEVER) {
            wakeIn(dueInMs);
        }
    }

    private void wakeIn(long delayMs) {
        long atMs = timing.ticker().getAsLong() + delayMs;
        if (atMs >= timerAtMs) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAtMs = atMs;
        timer = shard.loop().schedule(this::tick, delayMs, TimeUnit.MILLISECONDS);
    }

    /** The timer has run out. */
    void tick() {
        timer = null;
        timerAtMs = NEVER;
        List<GroupPartition> all = new ArrayList<>(partitions.values());
        for (GroupPartition partition : all) {
            if (partition.dueInMs() == 0) {
                partition.tick();
            } else {
                deadlineMoved(partition);
            }
        }
    }
}
