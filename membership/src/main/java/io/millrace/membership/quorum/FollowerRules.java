package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Observer;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a follower or observer becomes equal to its leader: one request at a time, from what it has on disk.
 *
 * <p>Thread: the owner's.
 */
final class FollowerRules {
    private final QuorumCore core;
    /** The one request under way; repeated when nothing has come by then. */
    private LogPosition asked;

    private int askedOf = QuorumState.NOBODY;
    private long askAgainMs;
    private long leaderHighWatermark;
    /** So much of this log the leader has found to be a prefix of its own; the rest may be another history. */
    private long sameAsLeader;
    /** The snapshot being pulled, and how much of it is here. */
    private LogPosition pulling;

    private long pulledBytes;
    private boolean installing;
    /** What the leader had committed when it first answered; -1 before that. */
    private long firstHighWatermark = -1;

    private boolean caughtUp;
    private Iterator<Integer> voterToAsk;

    FollowerRules(QuorumCore core) {
        this.core = core;
    }

    /** Another leader or epoch: what was under way concerns nobody any more. */
    void reset(long nowMs) {
        asked = null;
        askAgainMs = nowMs;
        leaderHighWatermark = 0;
        firstHighWatermark = -1;
        sameAsLeader = 0;
        pulling = null;
        pulledBytes = 0;
    }

    private boolean follows() {
        return core.state() instanceof Follower || core.state() instanceof Observer;
    }

    /** Sends the next request when none is under way and everything received is on disk (rule Q2). */
    void pull(long nowMs) {
        if (!follows() || installing || nowMs < askAgainMs || core.log.synced() < core.log.end()) {
            return;
        }
        int to = core.state().leaderId() != QuorumState.NOBODY ? core.state().leaderId() : anyVoter();
        askAgainMs = nowMs + core.settings.retryMs();
        if (to == core.self()) {
            return;
        }
        int epoch = core.state().epoch();
        if (pulling != null) {
            core.effects.send(to, new SnapshotRequest(epoch, pulling, pulledBytes));
        } else {
            asked = core.log.position();
            askedOf = to;
            core.effects.send(to, new FetchRequest(epoch, core.settings.directoryId(), asked, core.highWatermark()));
        }
    }

    private int anyVoter() {
        if (voterToAsk == null || !voterToAsk.hasNext()) {
            voterToAsk = whoMayKnow().iterator();
        }
        return voterToAsk.hasNext() ? voterToAsk.next() : core.self();
    }

    /** Not the voters alone: a log that is far behind may name nobody who is still there. */
    private Set<Integer> whoMayKnow() {
        Set<Integer> ids = new TreeSet<>(core.voters().ids());
        ids.addAll(core.othersWhoMayKnow());
        ids.remove(core.self());
        return ids;
    }

    long nextDeadlineMs() {
        boolean waits = installing || core.log.synced() < core.log.end();
        return follows() && !waits ? askAgainMs : Long.MAX_VALUE;
    }

    void onFetchResponse(int from, FetchResponse response, long nowMs) {
        boolean answersUs = follows()
                && from == askedOf
                && response.asked().equals(asked)
                && response.asked().equals(core.log.position())
                && core.log.synced() == core.log.end();
        if (!answersUs || response.epoch() != core.state().epoch()) {
            return;
        }
        if (from != core.state().leaderId() || response.outcome() instanceof FetchOutcome.NotLeader) {
            asked = null;
            askAgainMs = nowMs + core.settings.beginIntervalMs();
            return;
        }
        asked = null;
        askAgainMs = nowMs;
        heard(nowMs);
        leaderHighWatermark = Math.max(leaderHighWatermark, response.highWatermark());
        if (firstHighWatermark < 0) {
            firstHighWatermark = response.highWatermark();
        }
        if (response.outcome() instanceof FetchOutcome.Batches batches) {
            batches.batches().forEach(core::append);
            core.takeRole(nowMs);
            sameAsLeader = core.log.end();
            learnCommitted();
        } else if (response.outcome() instanceof FetchOutcome.Diverged diverged) {
            truncate(diverged.leaderEnd(), nowMs);
        } else if (response.outcome() instanceof FetchOutcome.SnapshotNeeded needed) {
            beginSnapshot(needed.snapshot());
        }
        pull(nowMs);
    }

    private void heard(long nowMs) {
        long deadline = nowMs + core.settings.fetchTimeoutMs();
        if (core.state() instanceof Follower follower) {
            core.become(follower.heardAt(deadline));
        } else if (core.state() instanceof Observer observer) {
            core.become(observer.heardAt(deadline));
        }
    }

    /**
     * Applied is only what is committed, on this disk too (so that a restart never shows less than before), and known to
     * be the leader's: after a cut the new end may still belong to another history.
     */
    void learnCommitted() {
        if (follows()) {
            core.advanceHighWatermark(Math.min(leaderHighWatermark, Math.min(sameAsLeader, core.log.synced())));
            noticeCaughtUp();
        }
    }

    /**
     * A leader that has just begun does not know yet what is committed; it does when a record of its own epoch is. So what
     * it said first counts only together with such a record.
     */
    private void noticeCaughtUp() {
        long committed = core.highWatermark();
        if (!caughtUp
                && firstHighWatermark >= 0
                && committed >= firstHighWatermark
                && core.log.positionAt(committed).epoch() == core.state().epoch()) {
            caughtUp = true;
            core.effects.caughtUp(committed);
        }
    }

    /** Never below what is committed: that would be another history, which Raft excludes. */
    private void truncate(LogPosition leaderEnd, long nowMs) {
        Optional<LogPosition> ours = core.log.endOf(leaderEnd.epoch());
        long end = ours.isEmpty()
                ? -1
                : ours.get().epoch() == leaderEnd.epoch()
                        ? Math.min(ours.get().endOffset(), leaderEnd.endOffset())
                        : ours.get().endOffset();
        if (end < core.highWatermark()) {
            core.halt("leader " + core.state().leaderId() + " of epoch "
                    + core.state().epoch() + " ends epoch "
                    + leaderEnd.epoch() + " at " + leaderEnd.endOffset() + ", below what is committed here ("
                    + core.highWatermark() + ")");
            return;
        }
        sameAsLeader = 0;
        core.truncateTo(end);
        core.takeRole(nowMs);
    }

    private void beginSnapshot(LogPosition snapshot) {
        if (snapshot.endOffset() < core.highWatermark()) {
            core.halt("the leader offers the snapshot " + snapshot + ", older than what is committed here ("
                    + core.highWatermark() + ")");
            return;
        }
        pulling = snapshot;
        pulledBytes = 0;
    }

    void onSnapshotResponse(int from, SnapshotResponse response, long nowMs) {
        boolean wanted = follows()
                && from == core.state().leaderId()
                && response.epoch() == core.state().epoch()
                && !installing
                && response.snapshot().equals(pulling)
                && response.position() == pulledBytes;
        if (!wanted) {
            return;
        }
        heard(nowMs);
        askAgainMs = nowMs;
        if (response.totalBytes() < 0 || response.bytes().length == 0) {
            // The leader has a newer one by now; the next fetch names it.
            pulling = null;
        } else {
            pulledBytes += response.bytes().length;
            boolean last = pulledBytes >= response.totalBytes();
            installing = last;
            core.effects.storeSnapshotPart(pulling, response.position(), response.bytes(), last);
        }
        pull(nowMs);
    }

    void onSnapshotInstalled(LogPosition snapshot, Optional<VoterSet> voters, long nowMs) {
        installing = false;
        pulling = null;
        core.log.resetTo(snapshot);
        core.voterHistory().resetTo(voters);
        core.takeRole(nowMs);
        sameAsLeader = 0;
        core.advanceHighWatermark(snapshot.endOffset());
        noticeCaughtUp();
        askAgainMs = nowMs;
        pull(nowMs);
    }

    /** It arrived damaged: from the beginning. */
    void onSnapshotRefused(long nowMs) {
        installing = false;
        pulling = null;
        askAgainMs = nowMs + core.settings.beginIntervalMs();
    }

    boolean installing() {
        return installing;
    }

    /** An observer whose leader fell silent asks anybody who leads. */
    void loseLeader(long nowMs) {
        if (core.state() instanceof Observer observer) {
            core.become(new Observer(
                    observer.epoch(), observer.votedId(), QuorumState.NOBODY, nowMs + core.settings.fetchTimeoutMs()));
            reset(nowMs);
        }
    }
}
