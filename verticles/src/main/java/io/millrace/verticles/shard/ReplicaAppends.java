package io.millrace.verticles.shard;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.replica.AppendAdmission;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.protocol.Errors;
import io.millrace.verticles.metrics.TopicMetrics;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What clients append to one replica as its leader, from their request to the acknowledgement. While the replica's log is
 * exchanged for one in another directory, appends wait for that; how many may is bounded by the requests of all connections.
 *
 * <p>Thread: the shard's loop.
 */
final class ReplicaAppends {
    /**
     * For so long after the end of a leadership clients are taken for its own, which have to be sent to the next leader, and for so
     * long after the beginning of one they may be on their way from the one before.
     */
    private static final long LATELY_MS = 1_000;
    /** Long before any time, but such that differences do not overflow. */
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final Replica replica;
    private final Shard shard;
    private final TopicMetrics metrics;
    private final WaitingAppends waiting = new WaitingAppends();
    /** Null but for the moment of an exchange. */
    private Deque<PartitionAppend> held;

    /** Null until the first. */
    private AheadAppends ahead;

    private long leadsSinceMs = NEVER;
    private long ledUntilMs = NEVER;

    ReplicaAppends(Replica replica, Shard shard, TopicMetrics metrics) {
        this.replica = replica;
        this.shard = shard;
        this.metrics = metrics;
    }

    /** Those that are in the log and wait for their acknowledgement. */
    WaitingAppends waiting() {
        return waiting;
    }

    void roleChanged(ReplicaRole before, ReplicaRole now, long nowMs) {
        if (now instanceof ReplicaRole.Leader) {
            leadsSinceMs = nowMs;
        }
        if (before instanceof ReplicaRole.Leader) {
            ledUntilMs = nowMs;
        }
    }

    boolean ledLately(long nowMs) {
        return nowMs - ledUntilMs <= LATELY_MS;
    }

    boolean isHeld() {
        return held != null;
    }

    void hold() {
        if (held == null) {
            held = new ArrayDeque<>();
        }
    }

    void release() {
        Deque<PartitionAppend> before = held;
        held = null;
        if (before != null) {
            long nowMs = replica.wallClockMs();
            for (PartitionAppend append : before) {
                append(append, nowMs);
                append.group().settle();
            }
        }
    }

    /** Fails all that wait for anything. */
    void failAll(Errors error) {
        waiting.failFrom(0, error);
        if (ahead != null) {
            ahead.failAll(error);
        }
        if (held != null) {
            Deque<PartitionAppend> before = held;
            held = new ArrayDeque<>();
            before.forEach(append -> fail(append, error));
        }
    }

    private static void fail(PartitionAppend append, Errors error) {
        append.fail(error, null);
        append.group().settle();
    }

    /** Times out what waits too long; false when nothing waits any more. */
    boolean expire(long nowMs) {
        boolean anyHeld = held != null && expireHeld(nowMs);
        return waiting.expire(nowMs) || anyHeld;
    }

    private boolean expireHeld(long nowMs) {
        while (!held.isEmpty() && held.peek().group().deadlineMs() <= nowMs) {
            fail(held.poll(), Errors.REQUEST_TIMED_OUT);
        }
        return !held.isEmpty();
    }

    void append(PartitionAppend append, long nowMs) {
        if (held != null) {
            append.group().hold();
            held.add(append);
            replica.watchTimeouts();
            return;
        }
        if (replica.mayLeadSoon()) {
            replica.holdEarly(append);
            return;
        }
        metrics.produceRequests.increment();
        place(append, nowMs, true);
    }

    /** @return {@link Errors#NONE} when the log may be asked */
    private Errors refusal(PartitionAppend append) {
        if (!replica.leadsForClients()) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        boolean all = append.group().acks() == AppendGroup.ACKS_ALL;
        return replica.machine().admit(all) == AppendAdmission.NOT_ENOUGH_REPLICAS
                ? Errors.NOT_ENOUGH_REPLICAS
                : Errors.NONE;
    }

    /** @param mayWait for others of its producer, which it may have overtaken on its way from the leader before */
    private void place(PartitionAppend append, long nowMs, boolean mayWait) {
        AppendGroup group = append.group();
        Errors refusal = refusal(append);
        Errors before =
                refusal == Errors.NONE ? shard.refusal(append, replica.log().producers()) : Errors.NONE;
        if (refusal != Errors.NONE) {
            shard.refuse(append, refusal);
        } else if (before != Errors.NONE) {
            append.fail(before, null);
        } else if (append.records() == null || !append.records().isReadable()) {
            append.fail(Errors.INVALID_RECORD, "a Produce must have exactly one record batch per partition");
        } else if (isTaken(append, group, nowMs, mayWait)) {
            return;
        }
        metrics.failedProduceRequests.increment();
    }

    /** It has waited for others of its producer; now it is taken or refused. */
    private void placeAgain(PartitionAppend append) {
        if (held != null) {
            held.add(append);
            return;
        }
        place(append, replica.wallClockMs(), false);
        append.group().settle();
    }

    /** This replica has lately taken over from another leader, which may still have to refuse what comes before this. */
    private boolean leadsSinceLately() {
        return replica.machine().leaderEpoch() > 0 && shard.context().ticker().getAsLong() - leadsSinceMs <= LATELY_MS;
    }

    private boolean isTaken(PartitionAppend append, AppendGroup group, long nowMs, boolean mayWait) {
        int bytes = append.records().readableBytes();
        AppendOutcome outcome = replica.log()
                .append(
                        new ByteBufPayload(append.records()),
                        AppendOrigin.CLIENT,
                        replica.machine().leaderEpoch(),
                        nowMs);
        if (outcome instanceof AppendOutcome.Appended appended) {
            metrics.bytesIn.add(bytes);
            metrics.messagesIn.add(appended.lastOffset() - appended.baseOffset() + 1);
            append.assign(
                    appended.baseOffset(),
                    appended.lastOffset(),
                    appended.logAppendTimeMs(),
                    appended.logStartOffset());
            await(append, group);
            lookAtThoseAhead(append, mayWait);
            return true;
        }
        if (outcome instanceof AppendOutcome.Duplicate duplicate) {
            append.assign(
                    duplicate.baseOffset(),
                    duplicate.lastOffset(),
                    duplicate.logAppendTimeMs(),
                    duplicate.logStartOffset());
            await(append, group);
            lookAtThoseAhead(append, mayWait);
            return true;
        }
        AppendOutcome.Rejected rejected = (AppendOutcome.Rejected) outcome;
        if (mayWait && rejected.error() == AppendError.OUT_OF_ORDER_SEQUENCE && leadsSinceLately()) {
            if (ahead == null) {
                ahead = new AheadAppends(shard, this::placeAgain);
            }
            ahead.hold(append);
            return true;
        }
        metrics.bytesRejected.add(bytes);
        append.refuse(
                AppendErrors.toKafka(rejected.error()),
                rejected.message(),
                rejected.recordErrors(),
                replica.log().logStartOffset());
        return false;
    }

    private void lookAtThoseAhead(PartitionAppend taken, boolean isFirst) {
        if (isFirst && ahead != null && !ahead.isEmpty()) {
            ahead.taken(taken);
        }
    }

    private void await(PartitionAppend append, AppendGroup group) {
        boolean all = group.acks() == AppendGroup.ACKS_ALL;
        long settled = all ? replica.machine().highWatermark() : replica.log().writtenEnd();
        if (group.acks() == 0 || append.lastOffset() < settled) {
            return;
        }
        group.hold();
        waiting.add(append, all);
        replica.watchTimeouts();
    }
}
