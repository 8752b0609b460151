package io.millrace.log.replication;

import io.millrace.log.EpochEnd;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.replica.EpochCheck;
import io.millrace.log.replica.FollowerFetch;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.util.List;

/**
 * One partition in a follower's session, as its leader's node sees it: what the follower told last, and what it was told.
 *
 * <p>Thread: the owner of the replica.
 */
final class ServedPartition {
    final LeaderSession session;
    final int handle;

    private Ask ask;
    /** Null while this node has no such replica. */
    private Replicated replica;

    /** What came of crediting the follower's last news; null while that was not possible. */
    private FollowerFetch credited;

    private long toldWatermark = -1;
    private long toldLogStart = -1;
    /** Waits in the session's queue for its turn. */
    boolean queued;
    /** Its watermark or its log's start is to be told with the next answer. */
    boolean watermarkMoved;

    ServedPartition(LeaderSession session, int handle) {
        this.session = session;
        this.handle = handle;
    }

    Ask ask() {
        return ask;
    }

    Replicated replica() {
        return replica;
    }

    long followerLogStart() {
        return ask.logStart();
    }

    boolean wantsRecords() {
        return ask.wantsRecords();
    }

    /** The follower's news: they are credited, and it may be that something can be answered at once. */
    void told(Ask news, Replicated found, long nowMs) {
        if (ask == null || ask.leaderEpoch() != news.leaderEpoch()) {
            // What the follower was told for another epoch it has not taken to heart.
            toldWatermark = -1;
        }
        if (ask == null || news.logStart() < replicaLogStart(found)) {
            // It says where its log starts itself: perhaps it could not follow when it was told.
            toldLogStart = -1;
        }
        boolean startMoved = ask == null || ask.logStart() != news.logStart();
        ask = news;
        attach(found);
        credited = null;
        FetchError error = credit(nowMs);
        boolean answer = error != FetchError.NONE || diverging() != null || hasRecords();
        if (ask.wantsRecords() && answer) {
            session.ready(this);
        }
        if (replica != null && replica.machine().isLeader() && (isWatermarkNews() || isLogStartNews())) {
            session.watermarkMoved(this);
        }
        if (replica != null && startMoved) {
            replica.followerLogStartMoved();
        }
    }

    private static long replicaLogStart(Replicated found) {
        return found == null ? -1 : found.log().logStartOffset();
    }

    private boolean isWatermarkNews() {
        return replica.machine().highWatermark() > toldWatermark;
    }

    private boolean isLogStartNews() {
        return replica.log().logStartOffset() > Math.max(toldLogStart, ask.logStart());
    }

    /**
     * Credits the follower with what it vouches for. When this replica is not the leader of its epoch yet, that waits until
     * it is: a follower that has said all will not say it again.
     */
    FetchError credit(long nowMs) {
        FetchError error = check();
        if (error == FetchError.NONE && credited == null && diverging() == null) {
            credited =
                    replica.machine().followerFetched(session.followerId, session.brokerEpoch, ask.durableEnd(), nowMs);
            error = errorOf(credited);
        }
        return error;
    }

    private void attach(Replicated found) {
        if (found != replica) {
            detach();
            replica = found;
            if (found != null) {
                found.links().add(this);
            }
        }
    }

    void detach() {
        if (replica != null) {
            replica.links().remove(this);
            replica = null;
        }
    }

    private static FetchError errorOf(FollowerFetch outcome) {
        return switch (outcome) {
            case NOTED -> FetchError.NONE;
            case NOT_LEADER -> FetchError.NOT_LEADER;
            case NOT_A_REPLICA -> FetchError.NOT_A_REPLICA;
            case STALE_BROKER_EPOCH -> FetchError.STALE_BROKER_EPOCH;
            case BEYOND_END -> FetchError.OFFSET_OUT_OF_RANGE;
        };
    }

    /** Whether the follower may be answered with anything but this error. */
    FetchError check() {
        if (replica == null) {
            return FetchError.UNKNOWN_PARTITION;
        }
        ReplicaMachine machine = replica.machine();
        EpochCheck epoch = machine.checkEpoch(ask.leaderEpoch());
        if (epoch == EpochCheck.FENCED) {
            return FetchError.FENCED_LEADER_EPOCH;
        }
        if (epoch == EpochCheck.UNKNOWN) {
            // Somebody has been elected since: whatever this replica was is over.
            machine.higherEpochSeen(ask.leaderEpoch());
            return FetchError.UNKNOWN_LEADER_EPOCH;
        }
        if (!machine.isLeader()) {
            return FetchError.NOT_LEADER;
        }
        if (credited != null && credited != FollowerFetch.NOTED) {
            return errorOf(credited);
        }
        if (diverging() != null) {
            return FetchError.NONE;
        }
        PartitionLog log = replica.log();
        boolean inRange = ask.fetchOffset() >= log.logStartOffset() && ask.fetchOffset() <= log.writtenEnd();
        return inRange ? FetchError.NONE : FetchError.OFFSET_OUT_OF_RANGE;
    }

    /** Where the follower's last epoch ended here, if its log goes on differently; else null. */
    EpochEnd diverging() {
        if (replica == null
                || ask.lastEpoch() < 0
                || ask.fetchOffset() < replica.log().logStartOffset()) {
            return null;
        }
        EpochEnd end = replica.log().endOffsetForEpoch(ask.lastEpoch());
        boolean agrees = end.epoch() == ask.lastEpoch() && end.endOffset() >= ask.fetchOffset();
        return agrees || !end.isKnown() ? null : end;
    }

    boolean hasRecords() {
        return replica != null && replica.log().writtenEnd() > ask.fetchOffset();
    }

    /** Whether the follower does not know the watermark or where the log starts, and may be told. */
    boolean offsetsAreNews() {
        return replica != null
                && replica.machine().isLeader()
                && (isWatermarkNews() || isLogStartNews())
                && check() == FetchError.NONE
                && diverging() == null;
    }

    /** After an answer with more than offsets nothing is sent until the follower is heard again. */
    void waitForNews() {
        ask = new Ask(
                ask.handle(),
                ask.topicId(),
                ask.partition(),
                ask.leaderEpoch(),
                ask.fetchOffset(),
                ask.lastEpoch(),
                ask.durableEnd(),
                ask.logStart(),
                false);
    }

    Part error(FetchError error) {
        int known = replica == null ? -1 : replica.machine().leaderEpoch();
        long start = replica == null ? -1 : replica.log().logStartOffset();
        long end = replica == null ? -1 : replica.log().writtenEnd();
        return new Part(
                handle, ask.leaderEpoch(), ask.fetchOffset(), error, known, -1, start, end, false, null, List.of());
    }

    Part answer(EpochEnd diverging, List<Payload> records) {
        ReplicaMachine machine = replica.machine();
        // A follower that has to truncate takes no watermark: it is told anew when it has.
        toldWatermark = diverging == null ? machine.highWatermark() : -1;
        toldLogStart = diverging == null ? replica.log().logStartOffset() : -1;
        return new Part(
                handle,
                ask.leaderEpoch(),
                ask.fetchOffset(),
                FetchError.NONE,
                machine.leaderEpoch(),
                machine.highWatermark(),
                replica.log().logStartOffset(),
                replica.log().writtenEnd(),
                replica.log().compaction().mayHaveGaps(),
                diverging,
                records);
    }

    /** Held back by the leader's throttle, which spares those that are in sync. */
    boolean isThrottled(ReplicationThrottle throttle, long nowMs) {
        return isCounted() && throttle.isExceeded(nowMs);
    }

    /** Whether what is sent to it counts for the throttle. */
    boolean isCounted() {
        return replica != null
                && replica.isLeaderThrottled()
                && !replica.machine().isInSync(session.followerId);
    }

    @Override
    public String toString() {
        return ask + (queued ? " queued" : "");
    }
}
