package io.millrace.verticles.shard;

import io.millrace.log.AppendError;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.replica.AckOutcome;
import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replica.ReplicaEffects;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaOptions;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.log.replication.Replicated;
import io.millrace.log.replication.ReplicationLinks;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.metrics.LoopMetrics;
import io.millrace.verticles.metrics.TopicMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica on this node: its log, its machine, and those who wait for it.
 *
 * <p>The machine decides (role, in-sync replicas, high watermark), the log stores, and this class carries the news of
 * one to the other and to the appends and fetches that wait.
 *
 * <p>Thread: its shard's loop.
 */
public final class Replica implements LogListener, ReplicaEffects, Replicated {
    private static final Logger logger = LoggerFactory.getLogger(Replica.class);
    private static final long PROPOSAL_RETRY_MS = 250;

    private final Shard shard;
    private LogDirectory directory;
    private PartitionLog log;
    private final ReplicaMachine machine;
    private final TopicMetrics metrics;
    private final FetchWaiters fetches = new FetchWaiters();
    private final ReplicationLinks links = new ReplicationLinks();
    private final ReplicaReads reads;
    private final ReplicaAppends appends;
    private final RecordDeletions deletions;
    private boolean leaderThrottled;
    private boolean followerThrottled;
    private long invisibleBytes;
    private boolean timed;

    Replica(Shard shard, LogDirectory directory, PartitionLog log, TopicMetrics metrics) {
        this.shard = shard;
        this.directory = directory;
        this.log = log;
        this.machine = new ReplicaMachine(
                new ReplicaOptions(
                        shard.context().brokerId(),
                        shard.context().replication().lagTimeMaxMs(),
                        PROPOSAL_RETRY_MS),
                shard.roles(),
                this,
                log.writtenEnd(),
                log.syncedEnd(),
                log.highWatermark(),
                log.config().minInsyncReplicas(),
                log.config().syncsBeforeAck());
        this.metrics = metrics;
        this.reads = new ReplicaReads(this, shard, metrics);
        this.appends = new ReplicaAppends(this, shard, metrics);
        this.deletions = new RecordDeletions(this, shard);
        log.setListener(this);
    }

    /** Takes the role that a committed record gives; none while the log can not be trusted. */
    void take(PartitionImage committed) {
        if (log.offlineReason() != null || appends.isHeld()) {
            return;
        }
        CommittedPartition before = machine.isLeader() ? machine.partition() : null;
        CommittedPartition partition = new CommittedPartition(
                committed.leader(),
                committed.leaderEpoch(),
                committed.partitionEpoch(),
                committed.replicas(),
                committed.isr(),
                committed.elr());
        if (!committed.hasLeader()) {
            machine.becomeLeaderless(partition);
        } else if (committed.leader() == shard.context().brokerId()) {
            machine.becomeLeader(partition, log.assignedEnd(), monotonicMs());
        } else {
            machine.becomeFollower(partition);
        }
        if (machine.isLeader()) {
            countChange(before, machine.partition());
            shard.replication().watch(this);
            deletions.settle();
        }
    }

    /** An in-sync replica more or less, in an epoch in which this replica led before. */
    private void countChange(CommittedPartition before, CommittedPartition now) {
        if (before == null || before.leaderEpoch() != now.leaderEpoch() || before.isr().length == now.isr().length) {
            return;
        }
        LoopMetrics counters = shard.context().metrics().here();
        (now.isr().length < before.isr().length ? counters.isrShrinks : counters.isrExpands).increment();
    }

    /** A broker was fenced, unfenced or registered anew. */
    void livenessChanged() {
        if (machine.isLeader() && machine.partition().replicas().length > 1) {
            machine.livenessChanged(monotonicMs());
            shard.replication().watch(this);
            deletions.settle();
        }
    }

    /** Leads, and nobody else can have been elected without this node hearing of it soon. */
    boolean leadsForClients() {
        return machine.isLeader() && !(shard.isCutOff() && machine.partition().replicas().length > 1);
    }

    /** Leads, and nobody else does: what is answered now is not of yesterday. Asks the clock. */
    public boolean leadsForSure() {
        return machine.isLeader() && (machine.partition().replicas().length == 1 || shard.leadsForSure());
    }

    /** Does not lead, and a client that takes it for the leader may know more than it does. */
    boolean mayLeadSoon() {
        return !machine.isLeader()
                && log.offlineReason() == null
                && !shard.isCutOff()
                && !appends.ledLately(monotonicMs());
    }

    /** The node is cut off: clients should look for the leader elsewhere. */
    void sendClientsAway() {
        if (machine.isLeader() && !leadsForClients()) {
            failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    long wallClockMs() {
        return shard.context().clock().getAsLong();
    }

    private long monotonicMs() {
        return shard.context().ticker().getAsLong();
    }

    @Override
    public void roleChanged(ReplicaRole before, ReplicaRole now) {
        appends.roleChanged(before, now, monotonicMs());
        if (now instanceof ReplicaRole.Leader leader) {
            log.startEpoch(leader.leaderEpoch());
        }
        if (before instanceof ReplicaRole.Leader) {
            failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        if (now instanceof ReplicaRole.Leader leader) {
            shard.watcher().leads(this, leader.leaderEpoch());
        } else if (before instanceof ReplicaRole.Leader) {
            shard.watcher().leadsNoMore(this);
        }
        if (now instanceof ReplicaRole.Follower follower) {
            shard.replication().follow(this, follower.leaderId());
        } else if (before instanceof ReplicaRole.Follower) {
            shard.replication().unfollow(this);
        }
        shard.replication().roleChanged(this);
    }

    @Override
    public void proposeIsr(IsrProposal proposal) {
        shard.replication().propose(this, proposal);
    }

    @Override
    public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
        logger.error(
                "Safety alarm: {} was cut to {}, below its high watermark {}; consumers may have read what is gone",
                log.id(),
                endExclusive,
                highWatermark);
    }

    /** Hands on changed settings of the topic. */
    void configure(LogConfig config) {
        log.applyConfig(config);
        machine.configure(config.minInsyncReplicas(), config.syncsBeforeAck(), monotonicMs());
    }

    /** Appends as leader; the group is settled when the acknowledgement that it asks for may be given. */
    void append(PartitionAppend append, long nowMs) {
        appends.append(append, nowMs);
    }

    /** Keeps an append until it is known whether this replica leads. */
    void holdEarly(PartitionAppend append) {
        shard.early().hold(append);
    }

    /** Has what waits looked at for its deadline. */
    void watchTimeouts() {
        if (!timed) {
            timed = true;
            shard.watchTimeouts(this);
        }
    }

    /** Times out what waits too long; false when nothing waits any more. */
    boolean expire(long nowMs) {
        boolean wait = appends.expire(nowMs);
        timed = deletions.expire(nowMs) || wait;
        return timed;
    }

    /** Deletions of this leader's records. */
    public RecordDeletions deletions() {
        return deletions;
    }

    @Override
    public void followerLogStartMoved() {
        deletions.settle();
    }

    @Override
    public void onWritten(long writtenEnd, int bytes) {
        invisibleBytes += bytes;
        appends.waiting().written(writtenEnd);
        advance();
    }

    @Override
    public void onSynced(long syncedEnd) {
        advance();
    }

    private void advance() {
        machine.localProgress(log.writtenEnd(), log.syncedEnd(), monotonicMs());
        shard.replication().progressed(this);
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        log.noteHighWatermark(highWatermark);
        boolean tooFew =
                machine.ackOutcome(machine.leaderEpoch(), highWatermark) == AckOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
        appends.waiting().committed(highWatermark, tooFew ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND : Errors.NONE);
        fetches.progressed(Math.max(1, invisibleBytes));
        invisibleBytes = 0;
        shard.replication().watermarkMoved(this);
    }

    @Override
    public void onAppendsFailed(long cutBackTo, AppendError why) {
        machine.localAppendsFailed(cutBackTo);
        appends.waiting().failFrom(cutBackTo, AppendErrors.toKafka(why));
        shard.replication().appendsFailed(this, why);
    }

    @Override
    public void onOffline(String why) {
        // First the answers: those who wait learn of the storage, not of the role that ends with it.
        failWaiting(Errors.KAFKA_STORAGE_ERROR);
        machine.goOffline(why);
    }

    /** Nothing is appended and no role taken until {@link #release}: another log is about to take the place of this one. */
    void hold() {
        appends.hold();
        shard.replication().unfollow(this);
    }

    /** Goes on, with the log that it has now. */
    void release() {
        if (machine.role() instanceof ReplicaRole.Follower follower) {
            shard.replication().follow(this, follower.leaderId());
        }
        appends.release();
    }

    /** A log of another directory, which is equal to the one so far. */
    void swap(LogDirectory newDirectory, PartitionLog newLog) {
        log.setListener(LogListener.NONE);
        directory = newDirectory;
        log = newLog;
        log.setListener(this);
        if (machine.isLeader()) {
            log.startEpoch(machine.leaderEpoch());
        }
        if (log.offlineReason() != null) {
            onOffline(log.offlineReason());
        } else {
            advance();
        }
    }

    /** Its log takes nothing any more, or its directory has failed. */
    public boolean isOffline() {
        return log.offlineReason() != null || directory.offlineReason().isPresent();
    }

    /** Fails every waiting append and deletion and lets every parked fetch look again: this replica's role has ended. */
    void failWaiting(Errors error) {
        appends.failAll(error);
        deletions.failAll(error);
        fetches.wakeAll();
    }

    /** Reads for a consumer; the group is held while bytes come from a disk. Returns the bytes that were planned. */
    int read(PartitionFetch fetch, FetchGroup group, int maxBytes, boolean minOne) {
        return reads.read(fetch, group, maxBytes, minOne);
    }

    /** Whether a request that knows this leader epoch (-1: none) may be answered by this replica. */
    public Errors checkLeader(int knownLeaderEpoch) {
        if (knownLeaderEpoch >= 0 && knownLeaderEpoch < machine.leaderEpoch()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (knownLeaderEpoch > machine.leaderEpoch()) {
            return Errors.UNKNOWN_LEADER_EPOCH;
        }
        return leadsForClients() ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Whether the high watermark says what {@code latest} is: a new leader's must first reach its epoch. */
    public boolean latestIsKnown() {
        return machine.isLatestKnown();
    }

    /** Where an epoch ended (KIP-320); the current epoch ends where the log does. */
    public EpochEnd endOffsetForEpoch(int epoch) {
        return log.endOffsetForEpoch(epoch);
    }

    /** Parks a fetch until more becomes readable than its last attempt saw. */
    void park(PartitionFetch fetch, FetchWaiter waiter, FetchGroup group) {
        long highWatermark = machine.highWatermark();
        long limit = group.readCommitted() ? log.lastStableOffset(highWatermark) : highWatermark;
        if (limit > fetch.readableEnd() || !reads.serves(group)) {
            waiter.wakeNow();
        } else {
            fetches.add(waiter);
        }
    }

    /** Runs a task once, in a later turn: when the high watermark has moved on, or the role has ended. */
    public void whenProgressed(Runnable task) {
        fetches.add(new FetchWaiter(1, shard, task));
    }

    @Override
    public ReplicationLinks links() {
        return links;
    }

    /** Whether this replica is among those that are moved no faster than the throttles allow. */
    void throttle(boolean asLeader, boolean asFollower) {
        leaderThrottled = asLeader;
        followerThrottled = asFollower;
    }

    @Override
    public boolean isLeaderThrottled() {
        return leaderThrottled;
    }

    @Override
    public boolean isFollowerThrottled() {
        return followerThrottled;
    }

    @Override
    public void replicatedIn(int bytes) {
        metrics.replicationBytesIn.add(bytes);
    }

    @Override
    public void replicatedOut(int bytes) {
        metrics.replicationBytesOut.add(bytes);
    }

    @Override
    public PartitionLog log() {
        return log;
    }

    @Override
    public ReplicaMachine machine() {
        return machine;
    }

    public LogDirectory directory() {
        return directory;
    }
}
