package io.millrace.log.replica;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The committed side of the model: one partition, its epochs, and which lives of which brokers are unfenced. Always
 * available; what is slow or lost is the way to it and back.
 *
 * <p>Thread: one.
 */
final class ModelController {
    /** The state after one committed record. */
    record Committed(CommittedPartition partition, boolean[] unfenced, long[] brokerEpochs) {}

    final List<Committed> log = new ArrayList<>();
    private final int[] replicas;
    private final boolean[] unfenced;
    private final long[] brokerEpochs;
    private final ModelCluster.Bug bug;
    private CommittedPartition partition;
    private long nextBrokerEpoch = 1;

    ModelController(int nodes, ModelCluster.Bug bug) {
        this.bug = bug;
        replicas = new int[nodes];
        unfenced = new boolean[nodes];
        brokerEpochs = new long[nodes];
        for (int i = 0; i < nodes; i++) {
            replicas[i] = i;
            unfenced[i] = true;
            brokerEpochs[i] = nextBrokerEpoch++;
        }
        partition = new CommittedPartition(0, 0, 0, replicas, replicas.clone(), new int[0]);
        commit(partition);
    }

    CommittedPartition partition() {
        return partition;
    }

    Committed newest() {
        return log.get(log.size() - 1);
    }

    boolean isUnfenced(int broker) {
        return unfenced[broker];
    }

    private void commit(CommittedPartition next) {
        partition = next;
        log.add(new Committed(next, unfenced.clone(), brokerEpochs.clone()));
    }

    private void change(int leader, int[] isr) {
        boolean moved = leader != partition.leaderId();
        commit(new CommittedPartition(
                leader,
                partition.leaderEpoch() + (moved ? 1 : 0),
                partition.partitionEpoch() + 1,
                replicas,
                isr,
                new int[0]));
    }

    /** Its session ended. The last in-sync replica stays in sync, without leading. */
    void fence(int broker) {
        if (!unfenced[broker]) {
            return;
        }
        unfenced[broker] = false;
        int[] isr = partition.isr();
        if (!partition.isInSync(broker)) {
            commit(partition);
            return;
        }
        int[] left = isr.length > 1 ? Members.minus(isr, broker) : isr;
        change(partition.leaderId() == broker ? elect(left) : partition.leaderId(), left);
    }

    /** A new life registers; the old one ends with it. */
    long register(int broker) {
        fence(broker);
        brokerEpochs[broker] = nextBrokerEpoch++;
        commit(partition);
        return brokerEpochs[broker];
    }

    void unfence(int broker) {
        if (unfenced[broker]) {
            return;
        }
        unfenced[broker] = true;
        if (partition.leaderId() < 0) {
            change(elect(partition.isr()), partition.isr());
        } else {
            commit(partition);
        }
    }

    void moveLeader(int broker) {
        if (unfenced[broker] && partition.isInSync(broker) && partition.leaderId() != broker) {
            change(broker, partition.isr());
        }
    }

    private int elect(int[] isr) {
        for (int candidate : isr) {
            if (unfenced[candidate]) {
                return candidate;
            }
        }
        return -1;
    }

    /** Null when committed: the record itself is the answer. */
    IsrAnswer alter(int from, IsrProposal proposal) {
        if (proposal.leaderEpoch() != partition.leaderEpoch()
                || proposal.partitionEpoch() != partition.partitionEpoch()
                || from != partition.leaderId()) {
            return IsrAnswer.SUPERSEDED;
        }
        for (IsrProposal.Member member : proposal.members()) {
            if (!unfenced[member.brokerId()]
                    || (member.brokerEpoch() >= 0 && member.brokerEpoch() != brokerEpochs[member.brokerId()])) {
                return IsrAnswer.NOT_APPLIED;
            }
        }
        boolean same = Arrays.equals(proposal.brokerIds(), partition.isr());
        if (!same || bug != ModelCluster.Bug.UNCHANGED_ISR_IS_NOT_COMMITTED) {
            change(from, proposal.brokerIds());
        }
        return null;
    }
}
