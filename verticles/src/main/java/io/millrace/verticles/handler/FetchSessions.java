package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.protocol.fetch.FetchRequest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The node's fetch sessions (KIP-227): a bounded number of slots, of which a new session takes one that is free or one
 * whose session has not been used for two minutes; else the fetch is served without a session.
 *
 * <p>A consumer keeps to one connection, so the lock is as good as never contended; it guards the table and the handing
 * out of a session to one request at a time.
 *
 * <p>Thread: any.
 */
final class FetchSessions {
    /** A session that was used so recently is not evicted for another. */
    private static final long MIN_EVICTION_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Partitions of all sessions together, at about 250 bytes each; beyond that fetches go without a session. */
    static final int MAX_PARTITIONS = 200_000;

    private final int slots;
    private final int maxPartitions;
    private final IntSupplier ids;
    private final Map<Integer, FetchSession> sessions = new HashMap<>();
    private int partitions;
    private long evictions;

    FetchSessions(int slots) {
        this(slots, MAX_PARTITIONS, () -> ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE));
    }

    FetchSessions(int slots, int maxPartitions, IntSupplier ids) {
        this.slots = slots;
        this.maxPartitions = maxPartitions;
        this.ids = ids;
    }

    /** A session for a request that continues one, its epoch moved on; or the error. */
    synchronized Found find(FetchRequest request, boolean byId, long nowNanos) {
        FetchSession session = sessions.get(request.sessionId());
        if (session == null) {
            return new Found(null, Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (request.sessionEpoch() != session.epoch()) {
            return new Found(null, Errors.INVALID_FETCH_SESSION_EPOCH);
        }
        if (session.isById() != byId) {
            return new Found(null, Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        session.nextEpoch();
        session.used(nowNanos);
        partitions -= session.size();
        session.update(request);
        partitions += session.size();
        if (partitions > maxPartitions) {
            // The client opens another, or goes on without.
            close(session.id());
            return new Found(null, Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        return new Found(session, Errors.NONE);
    }

    /** Opens a session with the request's partitions; null when there is no slot for it, or nothing to keep. */
    synchronized FetchSession open(FetchRequest request, boolean byId, long nowNanos) {
        FetchSession session = new FetchSession(freeId(), byId);
        session.used(nowNanos);
        session.update(request);
        if (session.isEmpty()
                || partitions + session.size() > maxPartitions
                || sessions.size() >= slots && !evictFor(session, nowNanos)) {
            return null;
        }
        sessions.put(session.id(), session);
        partitions += session.size();
        return session;
    }

    private int freeId() {
        int id = ids.getAsInt();
        while (sessions.containsKey(id)) {
            id = ids.getAsInt();
        }
        return id;
    }

    private boolean evictFor(FetchSession wanted, long nowNanos) {
        FetchSession victim = sessions.values().stream()
                .min(Comparator.comparingLong((FetchSession session) -> session.lastUsedNanos() - nowNanos))
                .orElse(null);
        if (victim == null || nowNanos - victim.lastUsedNanos() < MIN_EVICTION_NANOS) {
            return false;
        }
        close(victim.id());
        evictions++;
        return true;
    }

    /** Ends a session, if there is one with this id. */
    synchronized void close(int id) {
        FetchSession closed = sessions.remove(id);
        if (closed != null) {
            partitions -= closed.size();
        }
    }

    synchronized int count() {
        return sessions.size();
    }

    synchronized int partitionCount() {
        return partitions;
    }

    synchronized long evictions() {
        return evictions;
    }

    /** The session, or why there is none. */
    record Found(FetchSession session, Errors error) {}
}
