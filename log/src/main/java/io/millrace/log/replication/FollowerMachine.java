package io.millrace.log.replication;

import io.millrace.log.AppendError;
import io.millrace.log.TopicPartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The follower's side of replication for all replicas of one shard: which of them follow whom, one {@link FollowerSession} per
 * (leader node, shard of it).
 *
 * <pre>
 *   roles     {@link #follow} {@link #unfollow}
 *   log       {@link #progressed} {@link #appendsFailed}
 *   messages  {@link #answered} {@link #sendFailed}
 *   time      {@link #flush} after each of these, {@link #tick} at {@link #nextTickMs}
 * </pre>
 *
 * <p>Thread: the owner's.
 */
public final class FollowerMachine {
    /** How often it is looked whether this node is registered by now. */
    private static final long UNREGISTERED_MS = 50;

    /** What a machine knows of its node, and what it needs from it. */
    public interface Node {
        int brokerId();

        /** The shard's own number. */
        int shard();

        /** How many shards this node has: first taken for the number that others have. */
        int shards();

        /** Which of {@code shards} owns a partition. */
        int shardOf(TopicPartitionId id, int shards);

        /** Of this life of the broker, -1 before it is registered; it may change between two calls. */
        long brokerEpoch();

        /** Something that a person should look at. */
        void alarm(Replicated replica, String what);

        /** Something that a person may want to know later. */
        void note(Replicated replica, String what);
    }

    private final Node node;
    private final ReplicationLink link;
    private final LongSupplier wallClockMs;
    private final ReplicationThrottle throttle = new ReplicationThrottle();
    private final Map<Long, FollowerSession> sessions = new LinkedHashMap<>();
    private final Map<Integer, Integer> leaderShards = new HashMap<>();
    private final Set<FollowerSession> changed = new LinkedHashSet<>();
    private final FetchSettings settings;
    private long sessionsMade;

    /** @param wallClockMs for what a log notes beside a batch; decides nothing here */
    public FollowerMachine(Node node, ReplicationLink link, FetchSettings settings, LongSupplier wallClockMs) {
        this.node = node;
        this.link = link;
        this.settings = settings;
        this.wallClockMs = wallClockMs;
    }

    /** The replica has become the follower of a leader epoch, maybe of the same leader as before. */
    public void follow(Replicated replica, int leaderId) {
        ReplicationLinks links = replica.links();
        if (links.followed == null) {
            links.followed = new FollowedPartition(replica, this);
        }
        FollowedPartition partition = links.followed;
        FollowerSession session = session(leaderId, replica.log().id());
        if (partition.session == session) {
            partition.changed();
            return;
        }
        if (partition.session != null) {
            partition.session.remove(partition);
        }
        session.add(partition);
    }

    /** The replica follows nobody any more. */
    public void unfollow(Replicated replica) {
        FollowedPartition partition = replica.links().followed;
        if (partition != null && partition.session != null) {
            partition.session.remove(partition);
        }
    }

    private FollowerSession session(int leaderId, TopicPartitionId id) {
        int shard = node.shardOf(id, leaderShards(leaderId));
        return sessions.computeIfAbsent(key(leaderId, shard), key -> new FollowerSession(this, leaderId, shard));
    }

    private static long key(int leaderId, int leaderShard) {
        return (long) leaderId << 32 | leaderShard;
    }

    /** The replica's log has written or synced more. */
    public void progressed(Replicated replica) {
        FollowedPartition partition = replica.links().followed;
        if (partition == null || partition.session == null) {
            if (partition != null) {
                partition.unwritten =
                        replica.log().assignedEnd() != replica.log().writtenEnd();
            }
            return;
        }
        if (replica.log().assignedEnd() == replica.log().writtenEnd()) {
            partition.session.settled(partition);
        }
    }

    /** The replica's log has taken back what it could not write. */
    public void appendsFailed(Replicated replica, AppendError why, long nowMs) {
        FollowedPartition partition = replica.links().followed;
        if (partition != null) {
            progressed(replica);
            partition.appendsFailed(why, nowMs);
        }
    }

    /** An answer has come; its payloads are released here. */
    public void answered(ReplicaAnswer answer, long nowMs) {
        FollowerSession session = sessions.get(key(answer.leaderId(), answer.leaderShard()));
        if (session != null && session.awaits(answer)) {
            if (answer.status() == ReplicaAnswer.Status.OTHER_SHARDS) {
                resharded(answer.leaderId(), answer.leaderShards());
            } else {
                session.answered(answer, nowMs);
            }
        }
        answer.release();
    }

    /** The leader has another number of shards than was thought, so that everything is asked for elsewhere. */
    private void resharded(int leaderId, int shards) {
        if (shards < 1 || shards == leaderShards(leaderId)) {
            return;
        }
        List<FollowedPartition> moved = new ArrayList<>();
        for (FollowerSession session : List.copyOf(sessions.values())) {
            if (session.leaderId == leaderId) {
                session.partitions().forEach(moved::add);
            }
        }
        moved.forEach(partition -> partition.session.remove(partition));
        leaderShards.put(leaderId, shards);
        moved.forEach(partition -> follow(partition.replica(), leaderId));
    }

    /** A message to that leader is known to be lost. */
    public void sendFailed(int leaderId, ReplicaFetch lost, long nowMs) {
        FollowerSession session = sessions.get(key(leaderId, lost.leaderShard()));
        if (session != null) {
            session.sendFailed(lost.session(), nowMs);
        }
    }

    /** Sends what there is to send; after every event or batch of events. */
    public void flush(long nowMs) {
        if (!changed.isEmpty()) {
            for (FollowerSession session : List.copyOf(changed)) {
                // One after the other: if one fails the others have their turn in the next flush.
                changed.remove(session);
                session.flush(nowMs);
            }
        }
    }

    /** Whether {@link #flush} has anything to do. */
    public boolean isChanged() {
        return !changed.isEmpty();
    }

    public void tick(long nowMs) {
        for (FollowerSession session : List.copyOf(sessions.values())) {
            session.tick(nowMs);
            session.flush(nowMs);
        }
        changed.clear();
    }

    /** When the next tick can change anything; MAX_VALUE when none can. */
    public long nextTickMs(long nowMs) {
        if (sessions.isEmpty()) {
            return Long.MAX_VALUE;
        }
        // Asked once: between two looks the node may be registered, and neither would set the next one.
        if (node.brokerEpoch() < 0) {
            return nowMs + UNREGISTERED_MS;
        }
        long due = Long.MAX_VALUE;
        for (FollowerSession session : sessions.values()) {
            due = Math.min(due, session.dueMs(nowMs));
        }
        return due;
    }

    /** The most records that any replica here is known to lack. */
    public long maxLag() {
        long most = 0;
        for (FollowerSession session : sessions.values()) {
            for (FollowedPartition partition : session.partitions()) {
                most = Math.max(most, partition.lag());
            }
        }
        return most;
    }

    /** The rate for throttled replicas of this shard that are not in sync. */
    public ReplicationThrottle throttle() {
        return throttle;
    }

    FetchSettings settings() {
        return settings;
    }

    int brokerId() {
        return node.brokerId();
    }

    long brokerEpoch() {
        return node.brokerEpoch();
    }

    int shard() {
        return node.shard();
    }

    int leaderShards(int leaderId) {
        return leaderShards.getOrDefault(leaderId, node.shards());
    }

    long wallClockMs() {
        return wallClockMs.getAsLong();
    }

    long nextSession() {
        return ++sessionsMade;
    }

    void alarm(Replicated replica, String what) {
        node.alarm(replica, what);
    }

    void note(Replicated replica, String what) {
        node.note(replica, what);
    }

    void changed(FollowerSession session) {
        changed.add(session);
    }

    void ended(FollowerSession session) {
        sessions.remove(key(session.leaderId, session.leaderShard), session);
    }

    void send(int leaderId, ReplicaFetch fetch) {
        link.send(leaderId, fetch);
    }

    @Override
    public String toString() {
        return sessions.values().toString();
    }
}
