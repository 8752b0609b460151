package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.PreparingRebalance;
import org.apache.kafka.common.message.HeartbeatRequestData;

/**
 * Who is still there: heartbeats, and when a member is given up.
 *
 * <p>Thread: the machine's.
 */
final class ClassicSessions {
    /** Takes a member out whose time is up. */
    interface Expiry {
        void expired(ClassicGroup group, ClassicMember member, long nowMs);
    }

    /**
     * How long a new member's first join may be parked. It knows no id and sends no heartbeats, and a muted connection
     * does not show that it is gone; a client that is still there asks again.
     */
    static final int NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

    private final Deadlines deadlines;
    private final Expiry expiry;

    ClassicSessions(Deadlines deadlines, Expiry expiry) {
        this.deadlines = deadlines;
        this.expiry = expiry;
    }

    /** Watches a member that has come into a group. */
    void watch(ClassicGroup group, ClassicMember member, long untilMs) {
        member.session = new Deadline(nowMs -> due(group, member, nowMs));
        deadlines.set(member.session, untilMs);
    }

    /** A full session from now. */
    void renew(ClassicMember member, long nowMs) {
        deadlines.set(member.session, nowMs + member.sessionTimeoutMs());
    }

    void end(ClassicMember member) {
        if (member.session != null) {
            deadlines.cancel(member.session);
        }
    }

    /** Heartbeat: the member is there, and hears whether it must join anew. */
    Errors heartbeat(ClassicGroup group, HeartbeatRequestData request, long nowMs) {
        Errors error = group.validateMember(request.memberId(), request.groupInstanceId());
        if (error != Errors.NONE) {
            return error;
        }
        if (request.generationId() != group.generation()) {
            return Errors.ILLEGAL_GENERATION;
        }
        renew(group.roster().get(request.memberId()), nowMs);
        return group.state() instanceof PreparingRebalance ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    /** An excused member is watched again when its parked request is answered. */
    private void due(ClassicGroup group, ClassicMember member, long nowMs) {
        if (!group.isDead() && group.roster().get(member.id()) == member && !member.isExcused()) {
            expiry.expired(group, member, nowMs);
        }
    }
}
