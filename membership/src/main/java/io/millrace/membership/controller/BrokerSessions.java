package io.millrace.membership.controller;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * When each broker was last heard of and how far it has applied the log. Soft state of the active controller: nobody
 * else has it, and a new controller starts with full sessions for all.
 *
 * <p>Thread: the controller's.
 */
final class BrokerSessions {
    private static final long NEVER = Long.MIN_VALUE;

    private final int selfBrokerId;
    private final long timeoutMs;
    private final Map<Integer, Session> sessions = new HashMap<>();
    /** Where each broker was fenced by this controller. */
    private final Map<Integer, Long> fencedAt = new HashMap<>();

    private final ForgottenLives forgotten = new ForgottenLives();
    /** What fenced brokers must have applied of which this controller does not know where they were fenced. */
    private long takenOverAt = -1;

    BrokerSessions(int selfBrokerId, long timeoutMs) {
        this.selfBrokerId = selfBrokerId;
        this.timeoutMs = timeoutMs;
    }

    /** Thread: the controller's. */
    private static final class Session {
        long lastContactMs;
        long appliedOffset = -1;
        long shutdownOffset = -1;
        long standsDownSinceMs = NEVER;
        long standDownAskedMs = NEVER;
    }

    void startAll(MetadataImage image, long nowMs) {
        clear();
        takenOverAt = image.highestOffset();
        for (BrokerImage broker : image.brokers().values()) {
            if (!broker.fenced()) {
                touch(broker.id(), -1, nowMs);
            }
        }
    }

    void clear() {
        sessions.clear();
        fencedAt.clear();
        forgotten.clear();
        takenOverAt = -1;
    }

    /** The broker is fenced by the record at this offset. */
    void fenced(int broker, long offset) {
        fencedAt.put(broker, offset);
    }

    /**
     * How far a fenced broker must have applied the log before it may serve (rule B10): past its registration, which the
     * caller knows, and past its last fencing, since until then it may take itself for a leader that it is no more.
     */
    long mustHaveApplied(int broker) {
        return fencedAt.getOrDefault(broker, takenOverAt);
    }

    /** The broker in this process applies what is committed here, and sends no heartbeats to say so. */
    void followed(long offset) {
        if (selfBrokerId >= 0) {
            Session session = sessions.computeIfAbsent(selfBrokerId, id -> new Session());
            session.appliedOffset = Math.max(session.appliedOffset, offset);
        }
    }

    void touch(int broker, long appliedOffset, long nowMs) {
        Session session = sessions.computeIfAbsent(broker, id -> new Session());
        session.lastContactMs = nowMs;
        session.appliedOffset = Math.max(session.appliedOffset, appliedOffset);
    }

    void end(int broker) {
        sessions.remove(broker);
    }

    void unregistered(BrokerImage broker) {
        end(broker.id());
        forgotten.add(broker);
    }

    /** {@link ForgottenLives#take}. */
    BrokerImage takeUnregistered(int broker, UUID incarnation) {
        return forgotten.take(broker, incarnation);
    }

    /** The broker in this very process lives as long as the controller decides: it has no session to lose. */
    boolean isLive(int broker, long nowMs) {
        Session session = sessions.get(broker);
        return session != null && broker != selfBrokerId && nowMs - session.lastContactMs < timeoutMs;
    }

    /**
     * Somebody asks that this broker lead nothing any more although it lives. From the first time on it gets no lease; when a session
     * has passed it has none left, whatever it has heard and however long it stood still.
     *
     * @return whether that is so now; else it must be asked again, or the broker serves on as before a session later
     */
    boolean standDown(int broker, long nowMs) {
        Session session = sessions.computeIfAbsent(broker, id -> new Session());
        if (!standsDown(broker, nowMs)) {
            session.standsDownSinceMs = nowMs;
        }
        session.standDownAskedMs = nowMs;
        return nowMs - session.standsDownSinceMs >= timeoutMs;
    }

    /** Whether it is to have no lease. */
    boolean standsDown(int broker, long nowMs) {
        Session session = sessions.get(broker);
        return session != null && session.standDownAskedMs != NEVER && nowMs - session.standDownAskedMs < timeoutMs;
    }

    void startShutdown(int broker, long offset) {
        sessions.computeIfAbsent(broker, id -> new Session()).shutdownOffset = offset;
    }

    /** From where on the others must have applied the log for this broker to go; -1 when nothing is known. */
    long shutdownOffset(int broker) {
        Session session = sessions.get(broker);
        return session == null ? -1 : session.shutdownOffset;
    }

    long appliedOffset(int broker) {
        Session session = sessions.get(broker);
        return session == null ? -1 : session.appliedOffset;
    }

    List<Integer> expired(long nowMs) {
        List<Integer> expired = new ArrayList<>();
        sessions.forEach((broker, session) -> {
            if (broker != selfBrokerId && nowMs - session.lastContactMs >= timeoutMs) {
                expired.add(broker);
            }
        });
        expired.sort(Comparator.naturalOrder());
        return expired;
    }

    OptionalLong nextDeadlineMs() {
        return sessions.entrySet().stream()
                .filter(entry -> entry.getKey() != selfBrokerId)
                .mapToLong(entry -> entry.getValue().lastContactMs + timeoutMs)
                .min();
    }
}
