package io.millrace.log.replica;

import io.millrace.log.replica.ModelMessage.Fetch;
import io.millrace.log.replica.ModelMessage.FetchAnswer;
import io.millrace.log.replica.ModelMessage.FetchAnswer.Outcome;
import io.millrace.log.replica.ModelMessage.Propose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of the model: a disk that survives, a machine that does not, and the shell between them as production has it.
 *
 * <p>Thread: one.
 */
final class ModelNode implements ReplicaEffects {
    static final long LAG_TIME_MAX_MS = 1_000;
    static final long RETRY_MS = 50;

    final int id;
    final ModelLog log;
    private final ModelCluster cluster;
    private final int minInsyncReplicas;
    private final boolean group;

    ReplicaMachine machine;
    int life;
    long brokerEpoch;
    /** How many committed records it has applied. */
    int applied;

    /** The highest watermark of each epoch of this life. */
    final Map<Integer, Long> watermarks = new HashMap<>();

    final List<ModelCluster.Append> waiting = new ArrayList<>();
    private ModelController.Committed known;
    private IsrProposal awaited;

    ModelNode(ModelCluster cluster, int id, boolean group, int minInsyncReplicas) {
        this.cluster = cluster;
        this.id = id;
        this.group = group;
        this.minInsyncReplicas = minInsyncReplicas;
        this.log = new ModelLog(group);
    }

    boolean isUp() {
        return machine != null;
    }

    void start(long newBrokerEpoch, int firstRecord) {
        life++;
        brokerEpoch = newBrokerEpoch;
        known = cluster.controller.log.get(firstRecord);
        applied = firstRecord;
        awaited = null;
        watermarks.clear();
        machine = new ReplicaMachine(
                new ReplicaOptions(id, LAG_TIME_MAX_MS, RETRY_MS),
                (broker, epoch) -> known.unfenced()[broker] && known.brokerEpochs()[broker] == epoch,
                this,
                log.written,
                log.synced,
                0,
                minInsyncReplicas,
                group);
    }

    void crash(int lostOfUnsynced) {
        machine = null;
        waiting.clear();
        log.crash(lostOfUnsynced);
    }

    void applyNext() {
        if (applied < cluster.controller.log.size()) {
            known = cluster.controller.log.get(applied++);
            CommittedPartition partition = known.partition();
            if (partition.leaderId() == id) {
                machine.becomeLeader(partition, log.end(), cluster.nowMs);
            } else if (partition.leaderId() < 0) {
                machine.becomeLeaderless(partition);
            } else {
                machine.becomeFollower(partition);
            }
            machine.livenessChanged(cluster.nowMs);
        }
    }

    void append(int value) {
        if (machine.admit(true) == AppendAdmission.ADMITTED) {
            log.append(new ModelLog.Entry(machine.leaderEpoch(), value));
            waiting.add(new ModelCluster.Append(machine.leaderEpoch(), log.end() - 1, value));
        }
    }

    void write(int count) {
        log.written = Math.min(log.end(), log.written + count);
        machine.localProgress(log.written, log.synced, cluster.nowMs);
    }

    void sync() {
        log.synced = log.written;
        machine.localProgress(log.written, log.synced, cluster.nowMs);
    }

    /** Its durable end is what it vouches for, so it asks when nothing is on its way to the disk. */
    void fetch() {
        boolean settled = log.end() == log.durableEnd() || cluster.bug == ModelCluster.Bug.FETCH_BEFORE_WRITE;
        if (machine.role() instanceof ReplicaRole.Follower follower && settled) {
            int end = log.end();
            int lastEpoch = end == 0 ? -1 : log.entries.get(end - 1).epoch();
            cluster.send(new Fetch(follower.leaderId(), id, life, brokerEpoch, follower.leaderEpoch(), end, lastEpoch));
        }
    }

    void receive(Fetch fetch) {
        EpochCheck check = machine.checkEpoch(fetch.leaderEpoch());
        if (check == EpochCheck.UNKNOWN) {
            machine.higherEpochSeen(fetch.leaderEpoch());
            return;
        }
        if (check == EpochCheck.FENCED || !machine.isLeader()) {
            Outcome outcome = check == EpochCheck.FENCED ? Outcome.HIGHER_EPOCH : Outcome.NONE;
            cluster.send(new FetchAnswer(fetch, outcome, machine.leaderEpoch(), 0, List.of(), 0));
            return;
        }
        if (fetch.lastEpoch() >= 0 && cluster.bug != ModelCluster.Bug.DIVERGENCE_IS_IGNORED) {
            int[] end = log.endOf(fetch.lastEpoch());
            if (end[0] < fetch.lastEpoch() || end[1] < fetch.offset()) {
                cluster.send(new FetchAnswer(fetch, Outcome.DIVERGING, end[0], end[1], List.of(), 0));
                return;
            }
        }
        if (machine.followerFetched(fetch.from(), fetch.brokerEpoch(), fetch.offset(), cluster.nowMs)
                == FollowerFetch.NOTED) {
            int end = Math.min(log.written, fetch.offset() + 5);
            List<ModelLog.Entry> entries = List.copyOf(log.entries.subList(fetch.offset(), end));
            cluster.send(new FetchAnswer(fetch, Outcome.RECORDS, 0, 0, entries, machine.highWatermark()));
        }
    }

    void receive(FetchAnswer answer) {
        Fetch fetch = answer.fetch();
        if (answer.outcome() == Outcome.HIGHER_EPOCH) {
            machine.higherEpochSeen(answer.epoch());
            return;
        }
        int lastEpoch = log.end() == 0 ? -1 : log.entries.get(log.end() - 1).epoch();
        boolean current = machine.role() instanceof ReplicaRole.Follower
                && machine.leaderEpoch() == fetch.leaderEpoch()
                && log.end() == fetch.offset()
                && lastEpoch == fetch.lastEpoch();
        if (!current || answer.outcome() == Outcome.NONE) {
            return;
        }
        if (answer.outcome() == Outcome.DIVERGING) {
            int[] own = log.endOf(answer.epoch());
            int end = answer.epoch() < 0 ? 0 : Math.min(answer.endOffset(), own[1]);
            log.truncateTo(end);
            machine.localTruncated(end);
            return;
        }
        answer.entries().forEach(log::append);
        machine.leaderHighWatermark(fetch.leaderEpoch(), answer.highWatermark());
    }

    /** The answer did not come in time: nobody knows whether the proposal is applied. */
    void giveUpWaiting() {
        if (awaited != null) {
            IsrProposal lost = awaited;
            awaited = null;
            machine.isrProposalAnswered(lost.proposalId(), IsrAnswer.UNKNOWN, cluster.nowMs);
        }
    }

    void answered(int proposalId, IsrAnswer answer) {
        if (awaited != null && awaited.proposalId() == proposalId) {
            awaited = null;
            machine.isrProposalAnswered(proposalId, answer, cluster.nowMs);
        }
    }

    @Override
    public void roleChanged(ReplicaRole before, ReplicaRole now) {
        if (now instanceof ReplicaRole.Leader leader) {
            log.startEpoch(leader.leaderEpoch());
            cluster.leads(id, leader.leaderEpoch());
        } else if (now instanceof ReplicaRole.Follower && cluster.bug == ModelCluster.Bug.TRUNCATE_TO_WATERMARK) {
            log.truncateTo((int) machine.highWatermark());
            machine.localTruncated(machine.highWatermark());
        }
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        cluster.progress++;
    }

    @Override
    public void proposeIsr(IsrProposal proposal) {
        awaited = proposal;
        cluster.send(new Propose(id, life, proposal));
    }

    @Override
    public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
        cluster.alarms++;
    }
}
