package io.millrace.log.replica;

import io.millrace.log.replica.ReplicaRole.Follower;
import io.millrace.log.replica.ReplicaRole.Leader;
import io.millrace.log.replica.ReplicaRole.Offline;

/**
 * One replica of a partition: {@link Leader}, {@link Follower} or {@link Offline}, its high watermark, and as a leader the
 * in-sync replicas.
 *
 * <pre>
 *   role       {@link #becomeLeader} {@link #becomeFollower} {@link #goOffline} {@link #higherEpochSeen} {@link #checkEpoch}
 *   cursors    {@link #localProgress} {@link #localAppendsFailed} {@link #localTruncated}
 *              {@link #leaderHighWatermark} {@link #followerFetched}
 *   produce    {@link #admit} {@link #ackOutcome}
 *   ISR        {@link #isrProposalAnswered} {@link #livenessChanged} {@link #tick} {@link #nextTickMs}
 *   read       {@link #highWatermark} {@link #isLatestKnown} {@link #role} {@link #maximalIsrSize} ...
 * </pre>
 *
 * <p>The high watermark of a leader is the least end offset of the maximal ISR (committed and proposed additions) and of
 * eligible followers that are about to join; it stands still while fewer than min(min.insync.replicas, replication factor)
 * are in sync, and never falls within an epoch. The leader's own part is {@code written}, in group mode {@code synced}. A
 * follower's is the leader's, as far as its own log reaches.
 *
 * <p>A replica takes a role from a committed record only and drops it on any higher epoch it sees. Records may come twice
 * and late: an older epoch is ignored.
 *
 * <p>Thread: the owner's.
 */
public final class ReplicaMachine {
    private final ReplicaOptions options;
    private final BrokerLiveness liveness;
    private final ReplicaEffects effects;

    private ReplicaRole role = new Offline("no record of this partition has arrived yet");
    /** The highest seen, committed or not. */
    private int leaderEpoch = -1;

    /** The last record taken. */
    private CommittedPartition partition;

    /** Null unless leading. */
    private Leadership leadership;

    private int nextProposalId;
    private int minInsyncReplicas;
    private boolean groupMode;
    private long written;
    private long synced;
    private long highWatermark;
    /** As a follower: the leader's high watermark, which the own log may not have reached. */
    private long leaderHighWatermark;

    /**
     * @param highWatermark from the checkpoint; what exceeds {@code written} is forgotten
     * @param groupMode whether acknowledgements stand on synced data
     */
    public ReplicaMachine(
            ReplicaOptions options,
            BrokerLiveness liveness,
            ReplicaEffects effects,
            long written,
            long synced,
            long highWatermark,
            int minInsyncReplicas,
            boolean groupMode) {
        this.options = options;
        this.liveness = liveness;
        this.effects = effects;
        this.written = written;
        this.synced = synced;
        this.highWatermark = Math.min(highWatermark, written);
        this.minInsyncReplicas = minInsyncReplicas;
        this.groupMode = groupMode;
    }

    /** The settings of the topic changed. */
    public void configure(int newMinInsyncReplicas, boolean newGroupMode, long nowMs) {
        minInsyncReplicas = newMinInsyncReplicas;
        groupMode = newGroupMode;
        advance(nowMs);
    }

    /**
     * The committed record names this broker leader; also for every later record of the same leader epoch (ISR,
     * replicas).
     *
     * @param logEnd the log's assigned end: where a new epoch starts
     */
    public void becomeLeader(CommittedPartition committed, long logEnd, long nowMs) {
        if (isOld(committed)) {
            return;
        }
        boolean continues = leadership != null && committed.leaderEpoch() == leaderEpoch;
        partition = committed;
        leaderEpoch = committed.leaderEpoch();
        if (continues) {
            leadership.commit(committed, nowMs);
        } else {
            leaveLeadership();
            leadership = new Leadership(options, liveness, effects, committed, logEnd, nextProposalId, nowMs);
            take(new Leader(leaderEpoch, logEnd));
        }
        advance(nowMs);
        proposeWhatIsDue(nowMs);
    }

    /** The committed record names another broker leader: fetch from it, in this epoch. */
    public void becomeFollower(CommittedPartition committed) {
        if (isOld(committed)) {
            return;
        }
        boolean continues = role instanceof Follower && committed.leaderEpoch() == leaderEpoch;
        partition = committed;
        leaderEpoch = committed.leaderEpoch();
        leaveLeadership();
        if (!continues) {
            leaderHighWatermark = 0;
            take(new Follower(leaderEpoch, committed.leaderId()));
        }
    }

    /** The committed record has no leader. */
    public void becomeLeaderless(CommittedPartition committed) {
        if (!isOld(committed)) {
            partition = committed;
            leaderEpoch = committed.leaderEpoch();
            goOffline("no leader is elected");
        }
    }

    /** The log failed, or the replica is about to be closed. */
    public void goOffline(String why) {
        leaveLeadership();
        take(new Offline(why));
    }

    /** A message carried this epoch: if it is newer, whatever this replica was is over. */
    public void higherEpochSeen(int epoch) {
        if (epoch > leaderEpoch) {
            leaderEpoch = epoch;
            goOffline("leader epoch " + epoch + " was seen, its record has not arrived");
        }
    }

    /** Compares the epoch of a request with this replica's; -1 is "none named". Changes nothing. */
    public EpochCheck checkEpoch(int requestEpoch) {
        if (requestEpoch < 0 || requestEpoch == leaderEpoch) {
            return EpochCheck.CURRENT;
        }
        return requestEpoch < leaderEpoch ? EpochCheck.FENCED : EpochCheck.UNKNOWN;
    }

    private boolean isOld(CommittedPartition committed) {
        return committed.leaderEpoch() < leaderEpoch
                || (partition != null && committed.partitionEpoch() <= partition.partitionEpoch());
    }

    private void leaveLeadership() {
        if (leadership != null) {
            nextProposalId = leadership.nextProposalId();
            leadership = null;
        }
    }

    private void take(ReplicaRole next) {
        ReplicaRole before = role;
        role = next;
        effects.roleChanged(before, next);
    }

    /** The log's own cursors moved forward. */
    public void localProgress(long newWritten, long newSynced, long nowMs) {
        if (newWritten > written) {
            if (leadership != null) {
                leadership.grew(written, nowMs);
            }
            written = newWritten;
        }
        synced = Math.max(synced, newSynced);
        advance(nowMs);
    }

    /** Appends failed before they were written; nobody has seen them, but an epoch may have been meant to start behind them. */
    public void localAppendsFailed(long cutBackTo) {
        if (leadership != null) {
            leadership.cutBackTo(cutBackTo);
        }
    }

    /** The log was cut (as a follower, by epoch comparison). Below the high watermark it is an alarm. */
    public void localTruncated(long endExclusive) {
        written = Math.min(written, endExclusive);
        synced = Math.min(synced, endExclusive);
        if (endExclusive < highWatermark) {
            long before = highWatermark;
            highWatermark = endExclusive;
            effects.truncatedBelowHighWatermark(before, endExclusive);
        }
    }

    /** The log was emptied and begins anew at the offset at which the leader's log starts. */
    public void localRestartedAt(long offset) {
        written = offset;
        synced = offset;
        highWatermark = offset;
    }

    /**
     * As a follower: the leader's high watermark, from a response to a fetch of this epoch that did not diverge, so that
     * the own log is a part of the leader's.
     */
    public void leaderHighWatermark(int epoch, long theirs) {
        if (role instanceof Follower && epoch == leaderEpoch) {
            leaderHighWatermark = Math.max(leaderHighWatermark, theirs);
            raise(Math.min(leaderHighWatermark, durableEnd()));
        }
    }

    /**
     * As a leader: a follower asks for this offset, in the current epoch and without diverging (both checked by the
     * caller); so it has everything below.
     */
    public FollowerFetch followerFetched(int brokerId, long brokerEpoch, long fetchOffset, long nowMs) {
        if (leadership == null) {
            return FollowerFetch.NOT_LEADER;
        }
        FollowerFetch outcome = leadership.fetched(brokerId, brokerEpoch, fetchOffset, written, nowMs);
        if (outcome == FollowerFetch.NOTED) {
            // First the proposal: the watermark would otherwise move on without one that has just reached it.
            leadership.proposeJoin(highWatermark, nowMs);
            advance(nowMs);
        }
        return outcome;
    }

    /** What this replica vouches for: what is in its file, in group mode what is on its disk. */
    public long durableEnd() {
        return groupMode ? synced : written;
    }

    /** Moves the high watermark as far as the rules allow. */
    private void advance(long nowMs) {
        if (leadership == null) {
            if (role instanceof Follower) {
                raise(Math.min(leaderHighWatermark, durableEnd()));
            }
        } else if (!isUnderMinIsr()) {
            raise(leadership.replicatedEnd(durableEnd(), written, nowMs));
        }
    }

    private void raise(long offset) {
        if (offset > highWatermark) {
            highWatermark = offset;
            effects.highWatermarkAdvanced(offset);
        }
    }

    /** Whether a producer may append now. */
    public AppendAdmission admit(boolean acksAll) {
        if (leadership == null) {
            return AppendAdmission.NOT_LEADER;
        }
        return acksAll && isUnderMinIsr() ? AppendAdmission.NOT_ENOUGH_REPLICAS : AppendAdmission.ADMITTED;
    }

    /** How an append with acks=all stands that was made in an epoch and ends before this offset. */
    public AckOutcome ackOutcome(int epoch, long endExclusive) {
        if (leadership == null || epoch != leaderEpoch) {
            return AckOutcome.NOT_LEADER;
        }
        if (highWatermark < endExclusive) {
            return AckOutcome.WAIT;
        }
        return leadership.isr().maximalSize() < effectiveMinIsr()
                ? AckOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND
                : AckOutcome.ACKNOWLEDGED;
    }

    private int effectiveMinIsr() {
        return Math.min(minInsyncReplicas, partition.replicas().length);
    }

    /** Leading, with fewer committed in-sync replicas than min(min.insync.replicas, replication factor). */
    public boolean isUnderMinIsr() {
        return leadership != null && leadership.isr().committed().length < effectiveMinIsr();
    }

    /** What became of a proposal; a commit is told by {@link #becomeLeader} instead. */
    public void isrProposalAnswered(int proposalId, IsrAnswer answer, long nowMs) {
        if (leadership != null) {
            leadership.isr().answered(proposalId, answer, nowMs + options.proposalRetryMs());
            advance(nowMs);
            proposeWhatIsDue(nowMs);
        }
    }

    /** A broker was fenced, unfenced or registered anew. */
    public void livenessChanged(long nowMs) {
        tick(nowMs);
    }

    /** Time passed: laggards leave, an open proposal is sent again. Due at {@link #nextTickMs}. */
    public void tick(long nowMs) {
        if (leadership != null && !leadership.isAlone()) {
            proposeWhatIsDue(nowMs);
            // A joiner that stalled no longer holds the watermark.
            advance(nowMs);
        }
    }

    /** When the next tick can change anything; MAX_VALUE for an idle, caught-up or sole replica. */
    public long nextTickMs(long nowMs) {
        return leadership == null || leadership.isAlone()
                ? Long.MAX_VALUE
                : leadership.nextTickMs(highWatermark, written, nowMs);
    }

    private void proposeWhatIsDue(long nowMs) {
        leadership.proposeWhatIsDue(highWatermark, written, nowMs);
    }

    public ReplicaRole role() {
        return role;
    }

    public boolean isLeader() {
        return leadership != null;
    }

    /** The highest seen; -1 before the first record. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** -1 before the first record. */
    public int partitionEpoch() {
        return partition == null ? -1 : partition.partitionEpoch();
    }

    /** The last record that was taken; null before the first. */
    public CommittedPartition partition() {
        return partition;
    }

    /** Consumers may read below this offset. */
    public long highWatermark() {
        return highWatermark;
    }

    /**
     * Whether a leader may say what the latest offset is: until its high watermark has reached its epoch's start it would
     * answer less than its predecessor did, and says OFFSET_NOT_AVAILABLE instead.
     */
    public boolean isLatestKnown() {
        return leadership != null && highWatermark >= leadership.epochStartOffset();
    }

    /** Whether the last record that was taken counts the broker as in sync. */
    public boolean isInSync(int brokerId) {
        return partition != null && partition.isInSync(brokerId);
    }

    /** Committed members and proposed additions; 0 when not leading. */
    public int maximalIsrSize() {
        return leadership == null ? 0 : leadership.isr().maximalSize();
    }

    /** Whether a broker counts for acknowledgements: committed or proposed. */
    public boolean isInMaximalIsr(int brokerId) {
        return leadership != null && leadership.isr().isMaximal(brokerId);
    }

    public boolean isIsrProposalPending() {
        return leadership != null && leadership.isr().isPending();
    }

    /** How far a follower is known to be; -1 when it has not fetched in this epoch. */
    public long followerEnd(int brokerId) {
        return leadership == null ? RemoteReplica.UNKNOWN : leadership.followerEnd(brokerId);
    }
}
