package io.millrace.membership.quorum;

import io.millrace.membership.NotLeaderException;
import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.quorum.LogView.PrefixCheck;
import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What only a leader does: append, answer fetches, decide what is committed, notice that it is alone.
 *
 * <p>Thread: the owner's.
 */
final class LeaderRules {
    /** More waiting fetches than nodes is a bug or an attack; the oldest knowledge is then refused. */
    private static final int MAX_PARKED = 1_000;

    /** A fetch with nothing to answer yet. */
    private record Parked(FetchRequest request, long untilMs) {}

    private final QuorumCore core;
    private final Map<Integer, Parked> parked = new TreeMap<>();
    private final FollowerContacts contacts = new FollowerContacts();
    private final VoterChanges changes;
    private final DiskWatch disk = new DiskWatch();
    private LogPosition snapshot;

    LeaderRules(QuorumCore core, LogPosition snapshot) {
        this.core = core;
        this.changes = new VoterChanges(core, contacts);
        this.snapshot = snapshot;
    }

    void snapshotIs(LogPosition latest) {
        snapshot = latest;
    }

    LogPosition snapshot() {
        return snapshot;
    }

    /**
     * Offset of the last of the records, or empty when this node does not lead this epoch. Whoever decided them for another place
     * would go on deciding for wrong places, and by what never came to be: so its epoch ends, and the next one
     * begins from what is committed.
     */
    OptionalLong propose(int epoch, long baseOffset, List<byte[]> records, long nowMs) {
        if (!(core.state() instanceof Leader leader) || leader.epoch() != epoch) {
            return OptionalLong.empty();
        }
        if (baseOffset != core.log.end()) {
            giveUp(leader, nowMs);
            throw new NotLeaderException(
                    records.size() + " records that were decided for offset " + baseOffset + " would lie at "
                            + core.log.end() + ": nothing was appended, and epoch " + epoch + " ends",
                    OptionalInt.empty());
        }
        QuorumBatch batch = new QuorumBatch(core.log.end(), leader.epoch(), false, records);
        core.append(batch);
        return OptionalLong.of(batch.endOffset() - 1);
    }

    /**
     * Appends the voters as they are after the change, and goes by them from here on. A leader does not remove itself: it
     * hands over first, and the next one is asked.
     *
     * @return the record's offset, or empty when this node does not lead (any more)
     */
    OptionalLong change(VoterChange change, long nowMs) {
        if (!(core.state() instanceof Leader leader)) {
            return OptionalLong.empty();
        }
        VoterSet next = changes.after(leader, change, nowMs);
        if (!next.contains(core.self())) {
            resign(QuorumState.NOBODY, nowMs);
            return OptionalLong.empty();
        }
        QuorumBatch batch = new QuorumBatch(core.log.end(), leader.epoch(), true, List.of(VotersRecord.encode(next)));
        core.append(batch);
        core.become(leader.withVoters(next, nowMs));
        return OptionalLong.of(batch.baseOffset());
    }

    void onFetch(int from, FetchRequest request, long nowMs) {
        if (!(core.state() instanceof Leader leader) || request.epoch() != leader.epoch()) {
            refuse(from, request);
            return;
        }
        PrefixCheck check = core.log.check(request.log());
        contacts.fetched(
                from,
                leader.epoch(),
                request.directoryId(),
                request.log().endOffset(),
                check instanceof PrefixCheck.Same ? endFor(from, request, core.log.end()) : Long.MAX_VALUE,
                nowMs);
        if (core.voters().contains(from, request.directoryId())) {
            // Rule Q2: the position is what the voter has on disk. It counts only when it is a prefix of our log.
            long before = leader.progress().get(from).endOffset();
            long end = check instanceof PrefixCheck.Same
                    ? Math.max(before, request.log().endOffset())
                    : before;
            core.become(leader.with(from, new Progress(end, nowMs)));
            commit();
        }
        if (check instanceof PrefixCheck.Diverged diverged) {
            answer(from, request, new FetchOutcome.Diverged(diverged.leaderEnd()));
        } else if (check instanceof PrefixCheck.TooOld) {
            answer(from, request, new FetchOutcome.SnapshotNeeded(snapshot));
        } else if (hasNews(from, request) || parked.size() >= MAX_PARKED) {
            answerWithBatches(from, request);
        } else {
            parked.put(from, new Parked(request, nowMs + core.settings.fetchWaitMs()));
        }
    }

    /** Empty when this node does not lead. */
    Optional<QuorumDescription> describe(long nowMs) {
        return core.state() instanceof Leader leader
                ? Optional.of(contacts.describe(
                        leader, core.settings, core.voters(), core.highWatermark(), core.log.end(), nowMs))
                : Optional.empty();
    }

    private void refuse(int from, FetchRequest request) {
        answer(from, request, new FetchOutcome.NotLeader());
    }

    /**
     * Who does not vote gets what is committed and no more. So a voter that is being removed never has a set of voters
     * without itself that may yet be undone: it either counts, and stands, or it does not, for good.
     */
    private long endFor(int replica, FetchRequest request, long end) {
        return core.voters().contains(replica, request.directoryId()) ? end : Math.min(end, core.highWatermark());
    }

    private boolean hasNews(int replica, FetchRequest request) {
        return request.log().endOffset() < endFor(replica, request, core.log.written())
                || request.knownHighWatermark() < core.highWatermark();
    }

    private void answer(int to, FetchRequest request, FetchOutcome outcome) {
        parked.remove(to);
        core.effects.send(
                to,
                new FetchResponse(
                        core.state().epoch(), core.state().leaderId(), request.log(), core.highWatermark(), outcome));
    }

    private void answerWithBatches(int to, FetchRequest request) {
        parked.remove(to);
        core.effects.answerFetch(
                to,
                new FetchResponse(
                        core.state().epoch(),
                        core.state().leaderId(),
                        request.log(),
                        core.highWatermark(),
                        new FetchOutcome.Batches(List.of())),
                endFor(to, request, core.log.written()));
    }

    /** The leader counts itself only up to its own fsync (rule Q2). */
    void onSynced() {
        if (core.state() instanceof Leader leader) {
            Progress own = leader.progress().get(core.self());
            core.become(leader.with(core.self(), new Progress(core.log.synced(), own.lastFetchMs())));
            commit();
        }
    }

    /** Rule Q3: what a majority has, but only once that includes a record of this epoch. */
    private void commit() {
        Leader leader = (Leader) core.state();
        long end = leader.majorityEnd(core.voters().majority());
        if (end > leader.epochStartOffset() && end > core.highWatermark()) {
            boolean first = core.highWatermark() <= leader.epochStartOffset();
            core.advanceHighWatermark(end);
            if (first) {
                core.effects.leadershipGained(leader.epoch(), leader.epochStartOffset() + 1);
            }
        }
    }

    /** Answers every waiting fetch that has something to learn by now. */
    void wakeParked() {
        for (int replica : List.copyOf(parked.keySet())) {
            FetchRequest request = parked.get(replica).request();
            if (hasNews(replica, request)) {
                answerWithBatches(replica, request);
            }
        }
    }

    void tick(long nowMs) {
        for (int replica : List.copyOf(parked.keySet())) {
            if (parked.get(replica).untilMs() <= nowMs) {
                answerWithBatches(replica, parked.get(replica).request());
            }
        }
        if (!(core.state() instanceof Leader leader)) {
            return;
        }
        if (checkQuorumDeadline(leader, nowMs) <= nowMs) {
            core.become(leader.toResigned(core.electionDeadline(nowMs)));
            dropParked();
        } else if (leader.deadlineMs() <= nowMs) {
            long waitedMs = disk.waitedMs(leader.epoch(), core.log, nowMs);
            if (waitedMs >= disk.patienceMs(core.settings.fullDiskMs()) && othersCanDecide(leader, nowMs)) {
                disk.handedOver();
                resign(QuorumState.NOBODY, nowMs);
            } else {
                callOnSilentVoters(leader, nowMs);
            }
        }
    }

    /**
     * Whether a majority without this node is in touch. Those follow what this node cannot write, so nothing is committed while
     * it leads; where they are too few nobody could be elected instead.
     */
    private boolean othersCanDecide(Leader leader, long nowMs) {
        long inTouch = leader.progress().entrySet().stream()
                .filter(voter -> voter.getKey() != core.self()
                        && nowMs - voter.getValue().lastFetchMs() <= core.settings.fetchTimeoutMs())
                .count();
        return inTouch >= core.voters().majority();
    }

    private long checkQuorumDeadline(Leader leader, long nowMs) {
        long contact = leader.majorityContactMs(core.voters().majority(), nowMs);
        return contact + core.settings.checkQuorumMs();
    }

    private void callOnSilentVoters(Leader leader, long nowMs) {
        long silentSince = nowMs - 2L * core.settings.beginIntervalMs();
        leader.progress().forEach((voter, progress) -> {
            if (voter != core.self() && progress.lastFetchMs() <= silentSince) {
                core.effects.send(voter, new BeginEpoch(leader.epoch(), leader.leaderId()));
            }
        });
        core.become(leader.lookedAfterAt(nowMs + core.settings.beginIntervalMs()));
    }

    /** When {@link #tick} has something to do; never, for a leader without other voters. */
    long nextDeadlineMs(long nowMs) {
        long next = Long.MAX_VALUE;
        for (Parked waiting : parked.values()) {
            next = Math.min(next, waiting.untilMs());
        }
        if (core.state() instanceof Leader leader && leader.progress().size() > 1) {
            next = Math.min(next, Math.min(leader.deadlineMs(), checkQuorumDeadline(leader, nowMs)));
        }
        return next;
    }

    /** Hands over: the successor stands at once, the others wait for it. */
    void resign(int preferred, long nowMs) {
        if (!(core.state() instanceof Leader leader) || leader.progress().size() == 1) {
            return;
        }
        List<Integer> successors = new ArrayList<>(leader.progress().keySet());
        successors.remove((Integer) core.self());
        successors.sort(Comparator.<Integer>comparingInt(id -> id == preferred ? 0 : 1)
                .thenComparing(id -> -leader.progress().get(id).endOffset()));
        for (int voter : successors) {
            core.effects.send(voter, new EndEpoch(leader.epoch(), successors));
        }
        core.become(leader.toResigned(core.electionDeadline(nowMs) + core.settings.fetchTimeoutMs()));
        dropParked();
    }

    /** Ends the epoch, also where there is nobody to hand over to: this node then begins the next one. */
    private void giveUp(Leader leader, long nowMs) {
        resign(QuorumState.NOBODY, nowMs);
        if (core.state() instanceof Leader) {
            core.become(leader.toResigned(core.electionDeadline(nowMs)));
            dropParked();
        }
    }

    /** Whoever waited here must look for the new leader. */
    void dropParked() {
        for (int replica : List.copyOf(parked.keySet())) {
            refuse(replica, parked.get(replica).request());
        }
    }
}
