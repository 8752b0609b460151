package io.millrace.log.replication;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.HeapPayload;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.replica.AckOutcome;
import io.millrace.log.replica.AppendAdmission;
import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrAnswer;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replica.ReplicaEffects;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaOptions;
import io.millrace.log.replica.ReplicaRole;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A replica in one life of a node: what the shard's replica is in production, with a real log.
 *
 * <p>Thread: the simulation's only thread, as its owner.
 */
final class SimReplica implements Replicated, LogListener, ReplicaEffects {
    static final long LAG_TIME_MAX_MS = 2_000;
    private static final long RETRY_MS = 50;

    private record Waiting(int epoch, long baseOffset, long value) {}

    final int partition;
    private final SimBroker broker;
    private final PartitionLog log;
    private final ReplicaMachine machine;
    private final ReplicationLinks links = new ReplicationLinks();
    private final List<Waiting> waiting = new ArrayList<>();
    private int watermarkEpoch = -1;
    private long watermark;
    private int awaitedProposal = -1;

    SimReplica(SimBroker broker, int partition, PartitionLog log) {
        this.broker = broker;
        this.partition = partition;
        this.log = log;
        this.machine = new ReplicaMachine(
                new ReplicaOptions(broker.id, LAG_TIME_MAX_MS, RETRY_MS),
                broker::mayJoin,
                this,
                log.writtenEnd(),
                log.syncedEnd(),
                broker.world.bug == ReplicationWorld.Bug.SHOWS_ALL_IT_HAS ? log.writtenEnd() : log.highWatermark(),
                log.config().minInsyncReplicas(),
                log.config().syncsBeforeAck());
        log.setListener(this);
    }

    void take(CommittedPartition committed) {
        if (log.offlineReason() != null) {
            return;
        }
        if (committed.leaderId() < 0) {
            machine.becomeLeaderless(committed);
        } else if (committed.leaderId() == broker.id) {
            machine.becomeLeader(committed, log.assignedEnd(), broker.nowMs());
        } else {
            machine.becomeFollower(committed);
        }
        machine.livenessChanged(broker.nowMs());
        settle();
    }

    /** A record with this value and acks=all, as a producer sends it. */
    void produce(long value) {
        if (machine.admit(true) != AppendAdmission.ADMITTED) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + (int) (value % 60)).putLong(0, value);
        HeapPayload batch =
                new BatchBuilder().append(broker.nowMs(), null, bytes.array()).build();
        AppendOutcome outcome = log.append(batch, AppendOrigin.CLIENT, machine.leaderEpoch(), broker.nowMs());
        if (outcome instanceof AppendOutcome.Appended appended) {
            waiting.add(new Waiting(machine.leaderEpoch(), appended.baseOffset(), value));
        }
    }

    /** One batch of so many records, of which nobody awaits an acknowledgement. */
    void produceBatch(int records) {
        BatchBuilder builder = new BatchBuilder();
        for (int i = 0; i < records; i++) {
            builder.append(broker.nowMs(), null, ByteBuffer.allocate(Long.BYTES).array());
        }
        AppendOutcome outcome = log.append(builder.build(), AppendOrigin.CLIENT, machine.leaderEpoch(), broker.nowMs());
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    /** As if compaction had been here before the topic was given another policy: the log goes on this much later. */
    void goesOnBehindAGap(int offsets) {
        HeapPayload batch = new BatchBuilder()
                .append(broker.nowMs(), null, ByteBuffer.allocate(Long.BYTES).array())
                .build();
        BatchHeader.place(batch.bytes(), batch.bytes().position(), log.assignedEnd() + offsets, log.latestEpoch());
        AppendOutcome outcome = log.appendReplicated(batch, broker.nowMs(), true);
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    private void settle() {
        waiting.removeIf(append -> {
            AckOutcome outcome = machine.ackOutcome(append.epoch(), append.baseOffset() + 1);
            if (outcome == AckOutcome.ACKNOWLEDGED && broker.isAlive()) {
                broker.world.acknowledged(partition, append.baseOffset(), append.value());
            }
            return outcome != AckOutcome.WAIT;
        });
    }

    @Override
    public void onWritten(long writtenEnd, int bytes) {
        progressed();
        broker.leader(partition).grew(this);
    }

    @Override
    public void onSynced(long syncedEnd) {
        progressed();
    }

    private void progressed() {
        machine.localProgress(log.writtenEnd(), log.syncedEnd(), broker.nowMs());
        broker.follower.progressed(this);
        broker.afterEvent();
    }

    @Override
    public void onAppendsFailed(long cutBackTo, AppendError why) {
        machine.localAppendsFailed(cutBackTo);
        waiting.removeIf(append -> append.baseOffset() >= cutBackTo);
        broker.follower.appendsFailed(this, why, broker.nowMs());
        broker.afterEvent();
    }

    @Override
    public void onOffline(String why) {
        machine.goOffline(why);
        broker.afterEvent();
    }

    @Override
    public void roleChanged(ReplicaRole before, ReplicaRole now) {
        if (now instanceof ReplicaRole.Leader leader) {
            log.startEpoch(leader.leaderEpoch());
            broker.world.leads(this, leader.leaderEpoch());
            broker.world.shows(this);
        }
        if (now instanceof ReplicaRole.Follower follower) {
            broker.follower.follow(this, follower.leaderId());
        } else {
            broker.follower.unfollow(this);
        }
        broker.leader(partition).changed(this);
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        log.noteHighWatermark(highWatermark);
        if (machine.isLeader()) {
            broker.world.shows(this);
        }
        settle();
        broker.leader(partition).watermarkMoved(this);
    }

    @Override
    public void proposeIsr(IsrProposal proposal) {
        awaitedProposal = proposal.proposalId();
        broker.world.propose(broker, partition, proposal);
    }

    void answered(int proposalId, IsrAnswer answer) {
        if (proposalId == awaitedProposal) {
            awaitedProposal = -1;
            machine.isrProposalAnswered(proposalId, answer, broker.nowMs());
        }
    }

    /** No answer came in time. */
    void giveUpWaiting() {
        if (awaitedProposal >= 0) {
            answered(awaitedProposal, IsrAnswer.UNKNOWN);
        }
    }

    @Override
    public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
        broker.world.alarm(this + " is cut to " + endExclusive + " below its watermark " + highWatermark);
    }

    /** Null while the watermark has not fallen within an epoch. */
    String fallenWatermark() {
        long now = machine.highWatermark();
        // One that held nothing and begins anew at the leader's start shows nothing, before and after.
        boolean fell = machine.leaderEpoch() == watermarkEpoch && now < watermark && now > log.logStartOffset();
        String why = fell ? this + " falls from " + watermark + " to " + now : null;
        watermarkEpoch = machine.leaderEpoch();
        watermark = now;
        return why;
    }

    @Override
    public PartitionLog log() {
        return log;
    }

    @Override
    public ReplicaMachine machine() {
        return machine;
    }

    @Override
    public ReplicationLinks links() {
        return links;
    }

    @Override
    public String toString() {
        return "p" + partition + "@" + broker.id + " " + machine.role() + " start " + log.logStartOffset()
                + " assigned "
                + log.assignedEnd() + " written " + log.writtenEnd() + " synced " + log.syncedEnd() + " hw "
                + machine.highWatermark() + (log.offlineReason() == null ? "" : " OFFLINE");
    }
}
