package io.millrace.log.replication;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.HeapPayload;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.nio.ByteBuffer;

/**
 * A replica as a follower: what its leader was told of it, and what becomes of the leader's answers. It stays with the replica
 * when the leader changes, because a truncation that is under way outlives a session.
 *
 * <p>It is cut where a comparison of epochs says so, never to the high watermark (rules L25, L26), and it vouches for what
 * is in its file, in group mode on its disk (rule H22).
 *
 * <p>Thread: the owner of the replica.
 */
final class FollowedPartition {
    static final int NO_HANDLE = -1;
    private static final long FIRST_BACKOFF_MS = 10;

    private final Replicated replica;
    private final FollowerMachine machine;

    /** Null while it follows nobody. */
    FollowerSession session;

    int handle = NO_HANDLE;
    /** The session has news of it to tell. */
    boolean dirty;
    /** Appended here and not yet in the file; the session counts these. */
    boolean unwritten;

    private boolean truncating;
    private long retryAtMs;
    private long backoffMs;
    private long leaderEnd;
    private boolean throttled;

    /** What the leader knows of it in this session; null when nothing. */
    private Ask told;

    FollowedPartition(Replicated replica, FollowerMachine machine) {
        this.replica = replica;
        this.machine = machine;
    }

    private PartitionLog log() {
        return replica.log();
    }

    private ReplicaMachine rules() {
        return replica.machine();
    }

    Replicated replica() {
        return replica;
    }

    long lag() {
        return session == null ? 0 : Math.max(0, leaderEnd - log().assignedEnd());
    }

    /** Takes its place in a session that has told the leader nothing of it. */
    void attach(FollowerSession to, int withHandle) {
        session = to;
        handle = withHandle;
        forget();
        backoffMs = 0;
        retryAtMs = 0;
        leaderEnd = 0;
    }

    /** The leader of the session knows nothing any more. */
    void forget() {
        told = null;
    }

    void detach() {
        session = null;
        handle = NO_HANDLE;
        told = null;
        dirty = false;
    }

    /** The news, or null when the leader knows it all. */
    Ask news(long nowMs) {
        PartitionLog log = log();
        long end = log.writtenEnd();
        boolean wants = !truncating
                && end == log.assignedEnd()
                && retryAtMs <= nowMs
                && log.offlineReason() == null
                && !isThrottled(nowMs);
        if (!wants && told == null) {
            return null;
        }
        // What is on its way to the file may yet be taken back, so it is no place to go on from.
        if (told != null && truncating) {
            return told.wantsRecords() ? noMore() : null;
        }
        Ask ask = new Ask(
                handle,
                log.id().topicId(),
                log.id().partition(),
                rules().leaderEpoch(),
                end,
                log.epochAt(end - 1),
                Math.min(end, rules().durableEnd()),
                log.logStartOffset(),
                wants);
        if (ask.equals(told)) {
            return null;
        }
        told = ask;
        return ask;
    }

    private Ask noMore() {
        told = new Ask(
                handle,
                told.topicId(),
                told.partition(),
                told.leaderEpoch(),
                told.fetchOffset(),
                told.lastEpoch(),
                told.durableEnd(),
                told.logStart(),
                false);
        return told;
    }

    private boolean isThrottled(long nowMs) {
        throttled = replica.isFollowerThrottled()
                && !rules().isInSync(machine.brokerId())
                && machine.throttle().isExceeded(nowMs);
        return throttled;
    }

    /** When it wants to be looked at again although nothing happens. */
    long dueMs(long nowMs) {
        if (retryAtMs > nowMs) {
            return retryAtMs;
        }
        return throttled ? machine.throttle().freeAtMs(nowMs) : Long.MAX_VALUE;
    }

    private boolean isAnsweredBy(Part part) {
        return rules().role() instanceof ReplicaRole.Follower && part.leaderEpoch() == rules().leaderEpoch();
    }

    /** What the leader says of it; the payloads stay the caller's. Returns whether there was anything but offsets. */
    boolean take(Part part, long nowMs) {
        boolean more = part.error() != FetchError.NONE
                || part.diverging() != null
                || !part.records().isEmpty();
        if (more && told != null) {
            // After that the leader waits to hear from it.
            noMore();
            session.hasNews(this);
        }
        if (!isAnsweredBy(part)) {
            return more;
        }
        if (part.error() != FetchError.NONE) {
            refused(part, nowMs);
        } else if (part.diverging() != null) {
            diverged(part, nowMs);
        } else {
            backoffMs = 0;
            leaderEnd = part.logEnd();
            if (!part.records().isEmpty() && part.fetchOffset() == log().assignedEnd() && !truncating) {
                append(part, nowMs);
            }
            rules().leaderHighWatermark(part.leaderEpoch(), part.highWatermark());
            followLogStart(part.logStart());
        }
        return more;
    }

    /** Below its own watermark, so that nothing is given up here that others may still lack. */
    private void followLogStart(long leaderStart) {
        long start = Math.min(leaderStart, rules().highWatermark());
        if (start > log().logStartOffset() && !truncating) {
            log().advanceLogStart(start);
            changed();
        }
    }

    private void append(Part part, long nowMs) {
        for (Payload batches : part.records()) {
            if (!areOfKnownEpochs(batches, part.leaderEpoch())) {
                machine.alarm(replica, "the leader of epoch " + part.leaderEpoch() + " sends batches of a later epoch");
                later(nowMs);
                return;
            }
            if (beginsBelow(batches)) {
                restartBelow(batches, part);
                return;
            }
            AppendOutcome outcome = log().appendReplicated(batches, machine.wallClockMs(), part.gapsMayCome());
            if (outcome instanceof AppendOutcome.Rejected rejected) {
                // A directory that is offline has said so itself, once for all that was in it.
                if (!rejected.error().retriable() && rejected.error() != AppendError.OFFLINE) {
                    machine.alarm(replica, rejected.error() + ": " + rejected.message());
                }
                later(nowMs);
                return;
            }
            int size = batches.sizeBytes();
            replica.replicatedIn(size);
            if (replica.isFollowerThrottled() && !rules().isInSync(machine.brokerId())) {
                machine.throttle().moved(size, nowMs);
            }
            session.awaitsWrite(this);
        }
    }

    /**
     * Whether an empty log is given a batch that begins before it and reaches into it: records were deleted up to the middle of
     * that batch, and batches are kept whole.
     */
    private boolean beginsBelow(Payload batches) {
        ByteBuffer b = batches.bytes();
        int at = b.position();
        long end = log().assignedEnd();
        return end == log().logStartOffset()
                && b.limit() - at >= BatchHeader.SIZE_BYTES
                && BatchHeader.baseOffset(b, at) < end
                && BatchHeader.lastOffset(b, at) >= end;
    }

    /** The log begins where the batch does, and takes it at once: the leader would not give it out from there. */
    private void restartBelow(Payload batches, Part part) {
        long base = BatchHeader.baseOffset(batches.bytes(), batches.bytes().position());
        byte[] copy = new byte[batches.sizeBytes()];
        batches.bytes().duplicate().get(copy);
        machine.note(replica, "begins at " + base + ", with the batch in which the leader's log starts");
        truncating = true;
        log().truncateFullyAndStartAt(base, () -> restarted(copy, part.leaderEpoch(), part.gapsMayCome()));
        rules().localRestartedAt(base);
    }

    private void restarted(byte[] batches, int leaderEpoch, boolean gapsMayCome) {
        boolean sameLeader = rules().role() instanceof ReplicaRole.Follower && rules().leaderEpoch() == leaderEpoch;
        if (session != null && sameLeader) {
            // If it is refused the leader is asked again, and all of this begins anew.
            AppendOutcome outcome = log().appendReplicated(HeapPayload.of(batches), machine.wallClockMs(), gapsMayCome);
            if (!(outcome instanceof AppendOutcome.Rejected)) {
                session.awaitsWrite(this);
            }
        }
        truncated();
    }

    /** A leader has nothing newer than its own epoch; what says so was read while it was being cut. */
    private static boolean areOfKnownEpochs(Payload batches, int leaderEpoch) {
        ByteBuffer b = batches.bytes();
        int at = b.position();
        while (b.limit() - at >= BatchHeader.SIZE_BYTES) {
            int size = BatchHeader.sizeBytes(b, at);
            if (BatchHeader.leaderEpoch(b, at) > leaderEpoch) {
                return false;
            }
            if (size < BatchHeader.SIZE_BYTES || size > b.limit() - at) {
                // The append finds out what is wrong with it.
                return true;
            }
            at += size;
        }
        return true;
    }

    private void refused(Part part, long nowMs) {
        switch (part.error()) {
            case FENCED_LEADER_EPOCH -> rules().higherEpochSeen(part.knownEpoch());
            case OFFSET_OUT_OF_RANGE -> outOfRange(part, nowMs);
            default -> later(nowMs);
        }
    }

    /**
     * The leader no longer has what comes next, or this log is empty and begins beyond the leader's end: nothing that it has can
     * be gone on from. Where epochs can tell, the leader says {@code diverging} instead.
     */
    private void outOfRange(Part part, long nowMs) {
        boolean fellBehind = part.fetchOffset() < part.logStart();
        boolean isEmpty = log().assignedEnd() == log().logStartOffset();
        if (truncating || part.fetchOffset() != log().assignedEnd() || !(fellBehind || isEmpty)) {
            later(nowMs);
            return;
        }
        machine.note(replica, "begins anew at " + part.logStart() + ", where the leader's log starts");
        truncating = true;
        log().truncateFullyAndStartAt(part.logStart(), this::truncated);
        rules().localRestartedAt(part.logStart());
    }

    /**
     * Cut to the end of the newest epoch that both have; the next fetch finds out whether they agree on the one before. What was
     * asked before a cut may be answered after it, and says nothing of the log that is here now: cut by that, a replica in sync
     * could lose what was acknowledged.
     */
    private void diverged(Part part, long nowMs) {
        if (truncating || log().assignedEnd() != log().writtenEnd()) {
            later(nowMs);
            return;
        }
        if (part.fetchOffset() != log().assignedEnd()) {
            // Its leader is told anew where it stands, as after each answer.
            return;
        }
        EpochEnd theirs = part.diverging();
        EpochEnd own = log().endOffsetForEpoch(theirs.epoch());
        long end = Math.min(theirs.endOffset(), own.isKnown() ? own.endOffset() : log().assignedEnd());
        end = Math.max(0, Math.min(end, log().assignedEnd()));
        if (end == log().assignedEnd()) {
            later(nowMs);
            return;
        }
        machine.note(
                replica,
                "is cut from " + log().assignedEnd() + " to " + end + ": the leader's log ends epoch " + theirs.epoch()
                        + " at " + theirs.endOffset());
        truncating = true;
        log().truncateTo(end, this::truncated);
        rules().localTruncated(end);
    }

    boolean isTruncating() {
        return truncating;
    }

    private void truncated() {
        truncating = false;
        changed();
    }

    /** Something about it has changed that the leader may have to know. */
    void changed() {
        if (session != null) {
            session.hasNews(this);
        }
    }

    void appendsFailed(AppendError why, long nowMs) {
        if (why != AppendError.OFFLINE) {
            later(nowMs);
        }
        changed();
    }

    private void later(long nowMs) {
        backoffMs = Math.min(
                Math.max(FIRST_BACKOFF_MS, backoffMs * 2), machine.settings().backoffMs());
        retryAtMs = nowMs + backoffMs;
        if (session != null) {
            session.isDelayed(this);
        }
    }

    @Override
    public String toString() {
        return log().id() + " " + told + (truncating ? " truncating" : "") + (unwritten ? " unwritten" : "") + " retry "
                + retryAtMs + " dirty " + dirty;
    }
}
