package io.millrace.verticles.shard;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.log.replica.AckOutcome;
import io.millrace.log.replica.AppendAdmission;
import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replica.ReplicaEffects;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaOptions;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.image.PartitionImage;
import io.millrace.verticles.metrics.TopicMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
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
public final class Replica implements LogListener, ReplicaEffects {
    private static final Logger logger = LoggerFactory.getLogger(Replica.class);
    /** Kafka's {@code replica.lag.time.max.ms}. */
    private static final long LAG_TIME_MAX_MS = 30_000;

    private static final long PROPOSAL_RETRY_MS = 250;

    private final Shard shard;
    private final LogDirectory directory;
    private final PartitionLog log;
    private final ReplicaMachine machine;
    private final TopicMetrics metrics;
    private final PendingAcks writtenAcks = new PendingAcks();
    private final PendingAcks committedAcks = new PendingAcks();
    private final FetchWaiters fetches = new FetchWaiters();
    private long invisibleBytes;
    private boolean timed;

    Replica(Shard shard, LogDirectory directory, PartitionLog log, TopicMetrics metrics) {
        this.shard = shard;
        this.directory = directory;
        this.log = log;
        // A sole replica's watermark is its end; where there are more, the leader and its followers settle it anew.
        this.machine = new ReplicaMachine(
                new ReplicaOptions(shard.context().brokerId(), LAG_TIME_MAX_MS, PROPOSAL_RETRY_MS),
                (brokerId, brokerEpoch) -> false,
                this,
                log.writtenEnd(),
                log.syncedEnd(),
                log.logStartOffset(),
                log.config().minInsyncReplicas(),
                log.config().syncsBeforeAck());
        this.metrics = metrics;
        log.setListener(this);
    }

    /** Takes the role that a committed record gives. */
    void take(PartitionImage committed) {
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
    }

    private long monotonicMs() {
        return shard.context().ticker().getAsLong();
    }

    @Override
    public void roleChanged(ReplicaRole before, ReplicaRole now) {
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
    }

    @Override
    public void proposeIsr(IsrProposal proposal) {
        // Never with a sole replica; with more, whoever replicates carries it to the controller.
        logger.debug("{}: {} is not carried anywhere", log.id(), proposal);
    }

    @Override
    public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
        logger.error("{} was cut to {}, below its high watermark {}", log.id(), endExclusive, highWatermark);
    }

    /** Hands on changed settings of the topic. */
    void configure(LogConfig config) {
        log.applyConfig(config);
        machine.configure(config.minInsyncReplicas(), config.syncsBeforeAck(), monotonicMs());
    }

    /** Appends as leader; the group is settled when the acknowledgement that it asks for may be given. */
    void append(PartitionAppend append, long nowMs) {
        AppendGroup group = append.group();
        metrics.produceRequests.increment();
        if (!machine.isLeader()) {
            append.fail(Errors.NOT_LEADER_OR_FOLLOWER, null);
        } else if (machine.admit(group.acks() == AppendGroup.ACKS_ALL) == AppendAdmission.NOT_ENOUGH_REPLICAS) {
            append.fail(Errors.NOT_ENOUGH_REPLICAS, null);
        } else if (append.records() == null || !append.records().isReadable()) {
            append.fail(Errors.INVALID_RECORD, "a Produce must have exactly one record batch per partition");
        } else {
            int bytes = append.records().readableBytes();
            AppendOutcome outcome =
                    log.append(new ByteBufPayload(append.records()), AppendOrigin.CLIENT, machine.leaderEpoch(), nowMs);
            if (outcome instanceof AppendOutcome.Appended appended) {
                metrics.bytesIn.add(bytes);
                metrics.messagesIn.add(appended.lastOffset() - appended.baseOffset() + 1);
                append.assign(
                        appended.baseOffset(),
                        appended.lastOffset(),
                        appended.logAppendTimeMs(),
                        appended.logStartOffset());
                await(append, group);
                return;
            }
            if (outcome instanceof AppendOutcome.Duplicate duplicate) {
                append.assign(
                        duplicate.baseOffset(),
                        duplicate.lastOffset(),
                        duplicate.logAppendTimeMs(),
                        duplicate.logStartOffset());
                await(append, group);
                return;
            }
            AppendOutcome.Rejected rejected = (AppendOutcome.Rejected) outcome;
            metrics.bytesRejected.add(bytes);
            append.refuse(
                    AppendErrors.toKafka(rejected.error()),
                    rejected.message(),
                    rejected.recordErrors(),
                    log.logStartOffset());
        }
        metrics.failedProduceRequests.increment();
    }

    private void await(PartitionAppend append, AppendGroup group) {
        boolean all = group.acks() == AppendGroup.ACKS_ALL;
        if (group.acks() == 0 || append.lastOffset() < (all ? machine.highWatermark() : log.writtenEnd())) {
            return;
        }
        group.hold();
        (all ? committedAcks : writtenAcks).add(append);
        if (!timed) {
            timed = true;
            shard.watchTimeouts(this);
        }
    }

    /** Times out what waits too long; false when nothing waits any more. */
    boolean expire(long nowMs) {
        expire(writtenAcks, nowMs);
        expire(committedAcks, nowMs);
        timed = !writtenAcks.isEmpty() || !committedAcks.isEmpty();
        return timed;
    }

    private static void expire(PendingAcks acks, long nowMs) {
        for (PartitionAppend late = acks.pollExpired(nowMs); late != null; late = acks.pollExpired(nowMs)) {
            fail(late, Errors.REQUEST_TIMED_OUT);
        }
    }

    private static void fail(PartitionAppend append, Errors error) {
        append.fail(error, null);
        append.group().settle();
    }

    @Override
    public void onWritten(long writtenEnd, int bytes) {
        invisibleBytes += bytes;
        settleBelow(writtenAcks, writtenEnd);
        advance();
    }

    @Override
    public void onSynced(long syncedEnd) {
        advance();
    }

    private void advance() {
        machine.localProgress(log.writtenEnd(), log.syncedEnd(), monotonicMs());
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        if (machine.ackOutcome(machine.leaderEpoch(), highWatermark) == AckOutcome.NOT_ENOUGH_REPLICAS_AFTER_APPEND) {
            PartitionAppend few = committedAcks.pollBelow(highWatermark);
            for (; few != null; few = committedAcks.pollBelow(highWatermark)) {
                fail(few, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
            }
        }
        settleBelow(committedAcks, highWatermark);
        fetches.progressed(Math.max(1, invisibleBytes));
        invisibleBytes = 0;
    }

    private static void settleBelow(PendingAcks acks, long endExclusive) {
        for (PartitionAppend done = acks.pollBelow(endExclusive); done != null; done = acks.pollBelow(endExclusive)) {
            done.group().settle();
        }
    }

    @Override
    public void onAppendsFailed(long cutBackTo, AppendError why) {
        machine.localAppendsFailed(cutBackTo);
        failFrom(cutBackTo, AppendErrors.toKafka(why));
    }

    @Override
    public void onOffline(String why) {
        // First the answers: those who wait learn of the storage, not of the role that ends with it.
        failWaiting(Errors.KAFKA_STORAGE_ERROR);
        machine.goOffline(why);
    }

    /** Fails every waiting append and lets every parked fetch look again: this replica's role has ended. */
    void failWaiting(Errors error) {
        failFrom(0, error);
        fetches.wakeAll();
    }

    /** All are taken out before the first is answered: an answer may let the next append in, at the same offsets. */
    private void failFrom(long offset, Errors error) {
        List<PartitionAppend> cut = new ArrayList<>();
        takeFrom(writtenAcks, offset, cut);
        takeFrom(committedAcks, offset, cut);
        cut.forEach(append -> fail(append, error));
    }

    private static void takeFrom(PendingAcks acks, long offset, List<PartitionAppend> taken) {
        for (PartitionAppend cut = acks.pollYoungestFrom(offset); cut != null; cut = acks.pollYoungestFrom(offset)) {
            taken.add(cut);
        }
    }

    /** Reads as leader; the group is held while bytes come from a disk. Returns the bytes that were planned. */
    int read(PartitionFetch fetch, FetchGroup group, int maxBytes, boolean minOne) {
        metrics.fetchRequests.increment();
        Errors refusal = checkLeader(fetch.currentLeaderEpoch());
        if (refusal != Errors.NONE) {
            return refuse(fetch, refusal);
        }
        long highWatermark = machine.highWatermark();
        long stable = log.lastStableOffset(highWatermark);
        if (fetch.lastFetchedEpoch() >= 0) {
            EpochEnd end = log.endOffsetForEpoch(fetch.lastFetchedEpoch());
            if (!end.isKnown()) {
                return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
            }
            if (end.epoch() < fetch.lastFetchedEpoch() || end.endOffset() < fetch.fetchOffset()) {
                fetch.state(highWatermark, stable, log.logStartOffset());
                fetch.diverged(end);
                return 0;
            }
        }
        if (fetch.fetchOffset() < log.logStartOffset() || fetch.fetchOffset() > log.writtenEnd()) {
            return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        fetch.state(highWatermark, stable, log.logStartOffset());
        long limit = group.readCommitted() ? stable : highWatermark;
        fetch.sawUpTo(limit);
        if (fetch.fetchOffset() >= limit || maxBytes <= 0 && !minOne) {
            return 0;
        }
        return plan(fetch, group, limit, maxBytes, minOne);
    }

    private int plan(PartitionFetch fetch, FetchGroup group, long limit, int maxBytes, boolean minOne) {
        ReadOutcome outcome = log.read(fetch.fetchOffset(), limit, maxBytes, minOne);
        if (outcome instanceof ReadOutcome.FromMemory memory) {
            fetch.found(memory.batches(), memory.sizeBytes());
            noteAborted(fetch, group, memory.nextOffset());
            return memory.sizeBytes();
        }
        if (outcome instanceof ReadOutcome.FromDisk disk) {
            group.hold();
            disk.read()
                    .submit(
                            slice -> {
                                fetch.found(slice);
                                noteAborted(fetch, group, slice.nextOffset());
                                group.settle();
                            },
                            failure -> {
                                refuse(fetch, Errors.KAFKA_STORAGE_ERROR);
                                group.settle();
                            });
            return maxBytes;
        }
        if (outcome instanceof ReadOutcome.OutOfRange) {
            return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        return 0;
    }

    private void noteAborted(PartitionFetch fetch, FetchGroup group, long end) {
        if (group.readCommitted()) {
            fetch.aborted(log.abortedIn(fetch.fetchOffset(), end));
        }
    }

    private int refuse(PartitionFetch fetch, Errors error) {
        metrics.failedFetchRequests.increment();
        fetch.fail(error);
        return 0;
    }

    /** Whether a request that knows this leader epoch (-1: none) may be answered by this replica. */
    public Errors checkLeader(int knownLeaderEpoch) {
        if (knownLeaderEpoch >= 0 && knownLeaderEpoch < machine.leaderEpoch()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (knownLeaderEpoch > machine.leaderEpoch()) {
            return Errors.UNKNOWN_LEADER_EPOCH;
        }
        return machine.isLeader() ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
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
    void park(PartitionFetch fetch, FetchWaiter waiter, boolean readCommitted) {
        long highWatermark = machine.highWatermark();
        long limit = readCommitted ? log.lastStableOffset(highWatermark) : highWatermark;
        if (limit > fetch.readableEnd() || !machine.isLeader()) {
            waiter.wakeNow();
        } else {
            fetches.add(waiter);
        }
    }

    /** Runs a task once, in a later turn: when the high watermark has moved on, or the role has ended. */
    public void whenProgressed(Runnable task) {
        fetches.add(new FetchWaiter(1, shard, task));
    }

    public PartitionLog log() {
        return log;
    }

    public ReplicaMachine machine() {
        return machine;
    }

    public LogDirectory directory() {
        return directory;
    }
}
