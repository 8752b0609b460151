package io.millrace.verticles.door;

import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.channel.EventLoop;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The open sessions, and the credit that is left for new ones.
 *
 * <p>{@link DoorCredit} is given when a session is opened, so that what all of them hold together is bounded without a word between
 * loops per request.
 *
 * <p>Thread: the door's loop; {@link #ifOpen} and the services from anywhere.
 */
final class DoorSessions {
    private final DoorSession.Services services;
    private final List<EventLoop> loops;
    private final UnsentAnswers unsent;
    private final SecureRandom random = new SecureRandom();
    private final Map<Long, DoorSession> sessions = new ConcurrentHashMap<>();
    private final DoorCredit credit;
    private int nextLoop;
    private volatile int open;

    DoorSessions(DoorSession.Services services, List<EventLoop> loops) {
        this.services = services;
        this.loops = List.copyOf(loops);
        this.unsent = new UnsentAnswers(services.limits().unsentBytes());
        this.credit = new DoorCredit(services.limits());
    }

    /** Opens a session with what can be given of the wanted credit; throws {@link DoorFailure} when that is too little. */
    DoorSession open(String sender, int wantedBytes) {
        int bytes = sessions.size() >= limits().maxSessions() ? 0 : credit.give(wantedBytes);
        if (bytes == 0) {
            throw DoorFailure.of(
                    DoorFailure.NO_CREDIT,
                    sessions.size() + " sessions are open and " + credit.freeBytes() + " bytes of credit are left");
        }
        long id = random.nextLong();
        while (sessions.containsKey(id)) {
            id = random.nextLong();
        }
        DoorSession session = new DoorSession(id, sender, bytes, loops.get(nextLoop++ % loops.size()), this);
        sessions.put(id, session);
        open = sessions.size();
        return session;
    }

    /** The session of this id if it is the sender's; throws {@link DoorFailure} else. */
    DoorSession find(long id, String sender) {
        DoorSession session = ifOpen(id, sender);
        if (session == null) {
            throw DoorFailure.of(DoorFailure.UNKNOWN_SESSION, "session " + id + " is not open");
        }
        return session;
    }

    /** The same; null when there is no such session. */
    DoorSession ifOpen(long id, String sender) {
        DoorSession session = sessions.get(id);
        return session != null && session.sender().equals(sender) ? session : null;
    }

    void close(DoorSession session) {
        if (sessions.remove(session.id(), session)) {
            credit.takeBack(session.creditBytes());
            open = sessions.size();
            session.end();
        }
    }

    /** A node of the bus has left: everything it had is freed. */
    void closeAllOf(String sender) {
        closeIf(sender::equals);
    }

    void closeAll() {
        closeIf(sender -> true);
    }

    private void closeIf(java.util.function.Predicate<String> senders) {
        List.copyOf(sessions.values()).stream()
                .filter(session -> senders.test(session.sender()))
                .forEach(this::close);
    }

    /** Closes what nobody has used for long: the application may have gone without a word. */
    void closeIdle(long nowNanos) {
        long idleNanos = TimeUnit.MILLISECONDS.toNanos(limits().idleMs());
        List.copyOf(sessions.values()).stream()
                .filter(session -> session.isIdle(nowNanos, idleNanos))
                .forEach(this::close);
    }

    int count() {
        return open;
    }

    DoorCredit credit() {
        return credit;
    }

    RequestDispatcher dispatcher() {
        return services.dispatcher();
    }

    BrokerMetrics metrics() {
        return services.metrics();
    }

    ContextInternal context(EventLoop loop) {
        return services.vertx().contextBuilder().withEventLoop(loop).build();
    }

    UnsentAnswers unsent() {
        return unsent;
    }

    DoorLimits limits() {
        return services.limits();
    }

    String listenerName() {
        return services.listenerName();
    }
}
