package io.millrace.log.replication;

import io.millrace.log.replication.ReplicaAnswer.Status;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The leader's side of replication for all replicas of one shard: one {@link LeaderSession} per (follower node, shard of it).
 *
 * <pre>
 *   messages  {@link #fetched}
 *   replica   {@link #grew} {@link #watermarkMoved} {@link #logStartMoved} {@link #changed(Replicated)}
 *   time      {@link #flush} after each of these, {@link #tick} at {@link #nextTickMs}
 * </pre>
 *
 * <p>Thread: the owner's.
 */
public final class LeaderMachine {
    /** A session costs memory: what exceeds this many is refused. A cluster has far fewer. */
    private static final int MAX_SESSIONS = 10_000;

    /** Finds replicas of this node by id: one of a deleted topic must not be taken for its successor's (rule L28). */
    public interface Lookup {
        /** Null when there is no such replica here. */
        Replicated find(UUID topicId, int partition);
    }

    private record Peer(int brokerId, int shard) {}

    private final int brokerId;
    private final int shards;
    private final Lookup lookup;
    private final ReplicationLink link;
    private final ReplicationThrottle throttle = new ReplicationThrottle();
    private final Map<Peer, LeaderSession> sessions = new LinkedHashMap<>();
    private final Map<Integer, Long> newestEpochs = new HashMap<>();
    private final Set<LeaderSession> changed = new LinkedHashSet<>();
    private final FetchSettings settings;
    private long watermarkMs = LeaderSession.WATERMARK_MS;

    public LeaderMachine(int brokerId, int shards, Lookup lookup, ReplicationLink link, FetchSettings settings) {
        this.brokerId = brokerId;
        this.shards = shards;
        this.lookup = lookup;
        this.link = link;
        this.settings = settings;
    }

    /** With consumers at followers each watermark is told at once: they wait for it. */
    public void tellWatermarksAtOnce(boolean atOnce) {
        watermarkMs = atOnce ? 0 : LeaderSession.WATERMARK_MS;
    }

    /** A follower's message has come. */
    public void fetched(ReplicaFetch fetch, long nowMs) {
        if (fetch.leaderShards() != shards) {
            refuse(fetch, Status.OTHER_SHARDS);
            return;
        }
        Peer peer = new Peer(fetch.followerId(), fetch.followerShard());
        LeaderSession session = sessions.get(peer);
        if (session != null && isOlder(fetch, session)) {
            return;
        }
        boolean same = session != null && session.id == fetch.session() && session.brokerEpoch == fetch.brokerEpoch();
        if (same && fetch.sequence() <= session.lastSequence()) {
            // It came twice.
            return;
        }
        if (fetch.sequence() == 0) {
            session = open(peer, session, fetch);
        } else if (!same || fetch.sequence() != session.lastSequence() + 1) {
            close(peer, session);
            refuse(fetch, Status.NO_SESSION);
            return;
        }
        if (session != null) {
            session.take(fetch, nowMs);
            if (session.isEmpty() && !fetch.wantsAnswer()) {
                close(peer, session);
            }
        }
    }

    private LeaderSession open(Peer peer, LeaderSession former, ReplicaFetch fetch) {
        close(peer, former);
        long newest = newestEpochs.getOrDefault(fetch.followerId(), -1L);
        if (sessions.size() >= MAX_SESSIONS || fetch.brokerEpoch() < newest) {
            return null;
        }
        newestEpochs.put(fetch.followerId(), fetch.brokerEpoch());
        LeaderSession session = new LeaderSession(this, fetch);
        sessions.put(peer, session);
        return session;
    }

    /** From an earlier life of the follower, or an earlier session of this one. */
    private static boolean isOlder(ReplicaFetch fetch, LeaderSession session) {
        return fetch.brokerEpoch() < session.brokerEpoch
                || (fetch.brokerEpoch() == session.brokerEpoch && fetch.session() < session.id);
    }

    private void close(Peer peer, LeaderSession session) {
        if (session != null) {
            session.close();
            changed.remove(session);
            sessions.remove(peer, session);
        }
    }

    private void refuse(ReplicaFetch fetch, Status status) {
        link.send(
                fetch.followerId(),
                new ReplicaAnswer(
                        brokerId,
                        fetch.leaderShard(),
                        fetch.followerShard(),
                        fetch.session(),
                        fetch.sequence(),
                        status,
                        shards,
                        List.of()));
    }

    /** More is written in the replica's log. */
    public void grew(Replicated replica) {
        List<ServedPartition> served = replica.links().served();
        for (int i = 0; i < served.size(); i++) {
            ServedPartition partition = served.get(i);
            if (partition.wantsRecords()) {
                partition.session.ready(partition);
            }
        }
    }

    /** The replica's high watermark has moved; its followers learn it soon. */
    public void watermarkMoved(Replicated replica) {
        List<ServedPartition> served = replica.links().served();
        for (int i = 0; i < served.size(); i++) {
            served.get(i).session.watermarkMoved(served.get(i));
        }
    }

    /** The replica's log starts later than it did; its followers learn it as soon as a watermark. */
    public void logStartMoved(Replicated replica) {
        watermarkMoved(replica);
    }

    /** The replica has another role, or is gone: its followers are told, those that wait too. */
    public void changed(Replicated replica) {
        grew(replica);
    }

    /** The replica is no longer here. */
    public void removed(Replicated replica) {
        for (ServedPartition partition : List.copyOf(replica.links().served())) {
            partition.detach();
            if (partition.wantsRecords()) {
                partition.session.ready(partition);
            }
        }
    }

    /** Sends what there is to send; after every event or batch of events. */
    public void flush(long nowMs) {
        if (!changed.isEmpty()) {
            for (LeaderSession session : List.copyOf(changed)) {
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
        for (Map.Entry<Peer, LeaderSession> entry : List.copyOf(sessions.entrySet())) {
            if (entry.getValue().isSilent(nowMs)) {
                close(entry.getKey(), entry.getValue());
            } else {
                entry.getValue().tick(nowMs);
            }
        }
    }

    /** When the next tick can change anything; MAX_VALUE when none can. */
    public long nextTickMs(long nowMs) {
        long due = Long.MAX_VALUE;
        for (LeaderSession session : sessions.values()) {
            due = Math.min(due, session.dueMs(nowMs));
        }
        return due;
    }

    /** The rate for throttled replicas of this shard that are not in sync. */
    public ReplicationThrottle throttle() {
        return throttle;
    }

    int brokerId() {
        return brokerId;
    }

    int shards() {
        return shards;
    }

    int partitionMaxBytes() {
        return settings.partitionMaxBytes();
    }

    long watermarkMs() {
        return watermarkMs;
    }

    Replicated find(UUID topicId, int partition) {
        return lookup.find(topicId, partition);
    }

    void changed(LeaderSession session) {
        changed.add(session);
    }

    void send(int followerId, ReplicaAnswer answer) {
        link.send(followerId, answer);
    }

    @Override
    public String toString() {
        return sessions.values().toString();
    }
}
