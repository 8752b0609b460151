package io.millrace.membership.quorum;

import io.millrace.membership.VoterChange;
import io.millrace.membership.VoterChangeException;
import io.millrace.membership.VoterChangeException.Reason;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Progress;
import java.util.Map;

/**
 * Which change of voters a leader may append (rule Q6, KIP-853): one voter at a time, the one before committed, a record of
 * its own epoch committed, the new voter caught up, and nothing that would leave a quorum which cannot decide.
 *
 * <p>Thread: the owner's.
 */
final class VoterChanges {
    private final QuorumCore core;
    private final FollowerContacts contacts;

    VoterChanges(QuorumCore core, FollowerContacts contacts) {
        this.core = core;
        this.contacts = contacts;
    }

    /** The voters after the change. */
    VoterSet after(Leader leader, VoterChange change, long nowMs) {
        VoterSet now = core.voters();
        VoterSet next = change instanceof VoterChange.Add add ? with(leader, now, add, nowMs) : without(now, change);
        boolean settled = core.voterHistory().settled(core.highWatermark());
        if (!settled || core.highWatermark() <= leader.epochStartOffset()) {
            throw new VoterChangeException(
                    Reason.NOT_YET,
                    settled
                            ? "this leader has committed nothing of its own yet"
                            : "another change of voters is not committed yet");
        }
        requireMajorityInTouch(leader, next, nowMs);
        return next;
    }

    private VoterSet with(Leader leader, VoterSet now, VoterChange.Add add, long nowMs) {
        if (now.contains(add.nodeId())) {
            throw new VoterChangeException(
                    Reason.DUPLICATE,
                    now.contains(add.nodeId(), add.directoryId())
                            ? "node " + add.nodeId() + " is a voter"
                            : "node " + add.nodeId() + " is a voter with directory "
                                    + now.voters().get(add.nodeId()) + ": remove that one first");
        }
        if (!now.canHoldOneMore() || add.directoryId().equals(VoterSet.ANY_DIRECTORY)) {
            throw new VoterChangeException(
                    Reason.UNSOUND,
                    now.canHoldOneMore()
                            ? "a voter is a node and the id of its directory"
                            : "there are " + VoterSet.MAX_VOTERS + " voters, no more are possible");
        }
        VoterSet next = now.with(add.nodeId(), add.directoryId());
        if (!hasCaughtUp(leader, next, add.nodeId(), nowMs)) {
            throw new VoterChangeException(
                    Reason.NOT_CAUGHT_UP,
                    "node " + add.nodeId() + " with directory " + add.directoryId()
                            + " does not follow the metadata, or lags behind");
        }
        return next;
    }

    private boolean hasCaughtUp(Leader leader, VoterSet voters, int node, long nowMs) {
        return contacts.hasCaughtUp(voters, node, leader.epoch(), core.settings.fetchTimeoutMs(), nowMs);
    }

    private static VoterSet without(VoterSet now, VoterChange remove) {
        if (!remove.directoryId().equals(now.voters().get(remove.nodeId()))) {
            throw new VoterChangeException(
                    Reason.NOT_FOUND,
                    "node " + remove.nodeId() + " with directory " + remove.directoryId() + " is no voter");
        }
        if (now.ids().size() == 1) {
            throw new VoterChangeException(Reason.UNSOUND, "the last voter cannot be removed");
        }
        return now.without(remove.nodeId());
    }

    /**
     * Else the change could not be committed, nor any after it, until others come back; and if it left the vote of a disk that is
     * gone, never: those who are left could elect nobody. A leader counts no voter before it has heard from its very directory.
     */
    private void requireMajorityInTouch(Leader leader, VoterSet next, long nowMs) {
        long inTouch = next.ids().stream()
                .filter(id -> id == core.self() || hasCaughtUp(leader, next, id, nowMs))
                .count();
        if (inTouch < next.majority()) {
            throw new VoterChangeException(
                    mayStillCome(leader, next, nowMs) ? Reason.NOT_YET : Reason.UNSOUND,
                    "of the voters " + next.ids() + " that it would leave only " + inTouch
                            + " are heard of and have caught up, it takes " + next.majority());
        }
    }

    /** A new leader has not heard from everybody yet. */
    private boolean mayStillCome(Leader leader, VoterSet next, long nowMs) {
        Map<Integer, Progress> progress = leader.progress();
        long expected = next.ids().stream()
                .filter(id -> id == core.self()
                        || !progress.containsKey(id)
                        || nowMs - progress.get(id).lastFetchMs() <= core.settings.fetchTimeoutMs())
                .count();
        return expected >= next.majority();
    }
}
