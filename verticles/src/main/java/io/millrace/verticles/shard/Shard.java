package io.millrace.verticles.shard;

import io.millrace.log.Owner;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.producer.ProducersView;
import io.millrace.protocol.Errors;
import io.millrace.verticles.replication.ShardReplication;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of many replicas: all that happens to them happens on its event loop, so there is not a lock among them.
 *
 * <p>{@link ReplicaRoles} gives it replicas and roles, as the committed metadata says; this class takes the work of the
 * handlers.
 *
 * <p>Thread: {@link #submit}, {@link #run} and {@link #execute} from anywhere, the rest on its loop.
 */
public final class Shard implements Owner {
    private static final Logger log = LoggerFactory.getLogger(Shard.class);
    /** How often appends that wait are looked at for their deadline, while any wait. */
    private static final long TIMEOUT_CHECK_MS = 200;

    private final int index;
    private final EventLoop loop;
    private final ShardContext context;
    private final TailBudget tail;
    private final Map<UUID, Replica[]> replicas = new HashMap<>();
    private final List<Replica> timed = new ArrayList<>();
    private final ReplicaRoles roles;
    private final ShardReplication replication;
    private final ReplicaMoves moves;
    private final EarlyAppends early = new EarlyAppends(this);
    private final RefusedProducers refused = new RefusedProducers();
    private LeadershipWatcher watcher = NobodyWatches.INSTANCE;
    private boolean timeoutsScheduled;
    private boolean closed;
    private boolean cutOff;
    private long leadsUntilMs = Long.MAX_VALUE;

    /** Creates a shard without replicas, one of {@code count}. */
    public Shard(int index, int count, EventLoop loop, ShardContext context) {
        this.index = index;
        this.loop = loop;
        this.context = context;
        this.tail = new TailBudget(context.tailBytes());
        this.roles = new ReplicaRoles(this, count);
        this.replication = new ShardReplication(
                context.replication(),
                index,
                count,
                loop,
                context.ticker(),
                context.clock(),
                (id, shards) -> Shards.indexOf(id.topicId(), id.partition(), shards),
                this::replica,
                ByteBufPayload::new);
        this.moves = new ReplicaMoves(this);
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /** Runs a task on the loop: at once when called there. */
    public void run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /** The replica of a partition, or null when there is none here. */
    public Replica replica(UUID topicId, int partition) {
        Replica[] ofTopic = replicas.get(topicId);
        return ofTopic == null || partition < 0 || partition >= ofTopic.length ? null : ofTopic[partition];
    }

    /**
     * No controller is heard, or one is again. While none is, replicas that others could lead answer clients as if they did:
     * whoever waits here for an acknowledgement waits for followers that may have gone.
     */
    public void cutOff(boolean now) {
        cutOff = now;
        if (now) {
            forEach(Replica::sendClientsAway);
        }
    }

    /** Until when on the ticker nobody else can lead what leads here; the roles are as new as that needs. */
    public void leadsUntil(long untilMs) {
        boolean wasSure = leadsForSure();
        leadsUntilMs = untilMs;
        if (!wasSure && leadsForSure()) {
            watcher.leadForSureAgain();
        }
    }

    /** Whether nobody else can lead what leads here, now. */
    boolean leadsForSure() {
        return context.ticker().getAsLong() < leadsUntilMs;
    }

    boolean isCutOff() {
        return cutOff;
    }

    /** Every replica whose log has failed, or its log directory, or that could not even be opened. */
    public void forEachOffline(Consumer<TopicPartitionId> visitor) {
        roles.forEachOffline(visitor);
        for (Replica[] ofTopic : replicas.values()) {
            for (Replica replica : ofTopic) {
                if (replica != null && replica.isOffline()) {
                    visitor.accept(replica.log().id());
                }
            }
        }
    }

    /** What a client is told of a partition that has no replica here. */
    private Errors whyNoReplica(UUID topicId, int partition) {
        return roles.isOffline(topicId, partition) ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Appends a group; it goes home when all its appends are settled. */
    public void submit(AppendGroup group) {
        if (loop.inEventLoop()) {
            append(group);
        } else {
            loop.execute(() -> append(group));
        }
    }

    private void append(AppendGroup group) {
        group.hold();
        long nowMs = context.clock().getAsLong();
        for (PartitionAppend append : group.appends()) {
            try {
                append(append, nowMs);
            } catch (RuntimeException | VirtualMachineError bug) {
                log.error("append to {}-{} failed", append.topicId(), append.partition(), bug);
                append.fail(Errors.UNKNOWN_SERVER_ERROR, null);
            }
        }
        group.settle();
    }

    private void append(PartitionAppend append, long nowMs) {
        UUID topicId = append.topicId();
        int partition = append.partition();
        Replica replica = replica(topicId, partition);
        if (!early.isEmpty() && early.holdsOf(topicId, partition)
                || replica == null && roles.isBehind(topicId, partition)) {
            early.hold(append);
        } else if (replica == null) {
            refuse(append, whyNoReplica(topicId, partition));
        } else {
            replica.append(append, nowMs);
        }
    }

    /** Refuses what the client sends again, and what comes behind it until then. */
    void refuse(PartitionAppend append, Errors error) {
        append.fail(error, null);
        refused.add(append, error, context.ticker().getAsLong());
    }

    /** Why a leader's append is refused although its log would take it; NONE when it is not. */
    Errors refusal(PartitionAppend append, ProducersView known) {
        return refused.isEmpty()
                ? Errors.NONE
                : refused.refusal(append, known, context.ticker().getAsLong());
    }

    /** Reads a group; it goes home when all its reads are settled. */
    public void submit(FetchGroup group) {
        if (loop.inEventLoop()) {
            read(group);
        } else {
            loop.execute(() -> read(group));
        }
    }

    private void read(FetchGroup group) {
        group.hold();
        int left = group.maxBytes();
        boolean minOne = true;
        for (PartitionFetch fetch : group.fetches()) {
            Replica replica = replica(fetch.topicId(), fetch.partition());
            if (replica == null) {
                fetch.fail(whyNoReplica(fetch.topicId(), fetch.partition()));
                continue;
            }
            try {
                int planned = replica.read(fetch, group, Math.min(left, fetch.maxBytes()), minOne);
                left -= planned;
                minOne &= planned == 0;
            } catch (RuntimeException | VirtualMachineError bug) {
                log.error("read of {} failed", replica.log().id(), bug);
                fetch.fail(Errors.UNKNOWN_SERVER_ERROR);
            }
        }
        group.settle();
    }

    /** Parks a fetch on every partition of a group. */
    public void park(FetchGroup group, FetchWaiter waiter) {
        run(() -> {
            for (PartitionFetch fetch : group.fetches()) {
                Replica replica = replica(fetch.topicId(), fetch.partition());
                if (replica == null) {
                    waiter.wakeNow();
                } else {
                    replica.park(fetch, waiter, group);
                }
            }
        });
    }

    /** Asks to have a replica's waiting appends looked at until none waits. */
    void watchTimeouts(Replica replica) {
        timed.add(replica);
        if (!timeoutsScheduled) {
            timeoutsScheduled = true;
            loop.schedule(this::checkTimeouts, TIMEOUT_CHECK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void checkTimeouts() {
        long nowMs = context.ticker().getAsLong();
        // An answer may let the next append in, which may wait on another replica: the list can grow meanwhile.
        List<Replica> looked = new ArrayList<>(timed);
        timed.clear();
        for (Replica replica : looked) {
            if (replica.expire(nowMs)) {
                timed.add(replica);
            }
        }
        timeoutsScheduled = !timed.isEmpty() && !closed;
        if (timeoutsScheduled) {
            loop.schedule(this::checkTimeouts, TIMEOUT_CHECK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** Looks at retention, rolling by time and producer expiry of every replica. */
    void maintain() {
        long nowMs = context.clock().getAsLong();
        forEach(replica -> replica.log().maintain(nowMs, replica.machine().highWatermark()));
    }

    /** Starts maintenance; it goes on until the shard is closed. */
    public void start() {
        loop.scheduleWithFixedDelay(
                () -> {
                    if (!closed) {
                        maintain();
                    }
                },
                context.maintenanceMs(),
                context.maintenanceMs(),
                TimeUnit.MILLISECONDS);
    }

    /** Visits every replica. */
    public void forEach(Consumer<Replica> visitor) {
        for (Replica[] ofTopic : replicas.values()) {
            for (Replica replica : ofTopic) {
                if (replica != null) {
                    visitor.accept(replica);
                }
            }
        }
    }

    void put(UUID topicId, int partition, int partitionCount, Replica replica) {
        Replica[] ofTopic = replicas.get(topicId);
        if (ofTopic == null || ofTopic.length < partitionCount) {
            ofTopic = ofTopic == null ? new Replica[partitionCount] : Arrays.copyOf(ofTopic, partitionCount);
            replicas.put(topicId, ofTopic);
        }
        ofTopic[partition] = replica;
    }

    /** Forgets the replica of a partition and returns it; null when there was none. */
    Replica remove(UUID topicId, int partition) {
        Replica[] ofTopic = replicas.get(topicId);
        if (ofTopic == null || partition >= ofTopic.length) {
            return null;
        }
        Replica removed = ofTopic[partition];
        ofTopic[partition] = null;
        for (Replica other : ofTopic) {
            if (other != null) {
                return removed;
            }
        }
        replicas.remove(topicId);
        return removed;
    }

    /** Closes every log cleanly; {@code done} is called on the loop. */
    public void close(Runnable done) {
        run(() -> {
            closed = true;
            replication.close();
            List<Replica> all = new ArrayList<>();
            forEach(all::add);
            replicas.clear();
            early.failAll();
            int[] open = {all.size() + 1};
            Runnable one = () -> {
                if (--open[0] == 0) {
                    done.run();
                }
            };
            for (Replica replica : all) {
                leave(replica);
                moves.close(replica, () -> replica.log().close(one));
            }
            one.run();
        });
    }

    boolean isClosed() {
        return closed;
    }

    /** A replica that is about to be closed or deleted: whoever waits on it or keeps state beside it learns so first. */
    void leave(Replica replica) {
        replica.failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
        if (replica.machine().isLeader()) {
            watcher.leadsNoMore(replica);
        }
        replication.removed(replica);
    }

    /** Has the leaders among the replicas watched; before there are any. */
    public void watchLeaders(LeadershipWatcher next) {
        watcher = next;
    }

    LeadershipWatcher watcher() {
        return watcher;
    }

    /** What moves records between this shard's replicas and those of other nodes. */
    public ShardReplication replication() {
        return replication;
    }

    /** Appends that came before the role that they need. */
    EarlyAppends early() {
        return early;
    }

    /** Moves of this shard's replicas to other log directories. */
    public ReplicaMoves moves() {
        return moves;
    }

    /** What makes this shard's replicas follow the metadata. */
    public ReplicaRoles roles() {
        return roles;
    }

    public int index() {
        return index;
    }

    public EventLoop loop() {
        return loop;
    }

    ShardContext context() {
        return context;
    }

    TailBudget tail() {
        return tail;
    }
}
