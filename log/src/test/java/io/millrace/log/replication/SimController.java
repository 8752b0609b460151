package io.millrace.log.replication;

import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrAnswer;
import io.millrace.log.replica.IsrProposal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The committed side of the world: some partitions with the same replicas, and which lives of which brokers are unfenced.
 * Always available; what is slow or lost is the way to it and back.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimController {
    /** The state after one committed record. */
    record Committed(List<CommittedPartition> partitions, boolean[] unfenced, long[] brokerEpochs) {}

    final List<Committed> log = new ArrayList<>();
    private final int[] replicas;
    private final boolean[] unfenced;
    private final long[] brokerEpochs;
    private final List<CommittedPartition> partitions = new ArrayList<>();
    private long nextBrokerEpoch = 1;

    SimController(int nodes, int partitionCount) {
        replicas = IntStream.range(0, nodes).toArray();
        unfenced = new boolean[nodes];
        brokerEpochs = new long[nodes];
        Arrays.fill(brokerEpochs, -1);
        for (int p = 0; p < partitionCount; p++) {
            partitions.add(new CommittedPartition(-1, 0, 0, replicas, replicas.clone(), new int[0]));
        }
        commit();
    }

    Committed newest() {
        return log.get(log.size() - 1);
    }

    CommittedPartition partition(int p) {
        return partitions.get(p);
    }

    int partitionCount() {
        return partitions.size();
    }

    private void commit() {
        log.add(new Committed(List.copyOf(partitions), unfenced.clone(), brokerEpochs.clone()));
    }

    private void change(int p, int leader, int[] isr) {
        CommittedPartition before = partitions.get(p);
        boolean moved = leader != before.leaderId();
        partitions.set(
                p,
                new CommittedPartition(
                        leader,
                        before.leaderEpoch() + (moved ? 1 : 0),
                        before.partitionEpoch() + 1,
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
        for (int p = 0; p < partitions.size(); p++) {
            CommittedPartition partition = partitions.get(p);
            int[] isr = partition.isr();
            if (contains(isr, broker)) {
                int[] left = isr.length > 1 ? minus(isr, broker) : isr;
                change(p, partition.leaderId() == broker ? elect(left) : partition.leaderId(), left);
            }
        }
        commit();
    }

    /**
     * A new life registers; the old one ends with it.
     *
     * @param lostItsCache what was not synced may be gone: it is no in-sync replica any more, if there is another (rule B13)
     */
    void register(int broker, boolean lostItsCache) {
        fence(broker);
        if (lostItsCache) {
            for (int p = 0; p < partitions.size(); p++) {
                int[] isr = partitions.get(p).isr();
                if (contains(isr, broker) && isr.length > 1) {
                    change(p, partitions.get(p).leaderId(), minus(isr, broker));
                }
            }
        }
        brokerEpochs[broker] = nextBrokerEpoch++;
        commit();
    }

    boolean isOnlyInSync(int broker) {
        return partitions.stream().anyMatch(p -> p.isr().length == 1 && p.isr()[0] == broker);
    }

    void unfence(int broker) {
        if (unfenced[broker]) {
            return;
        }
        unfenced[broker] = true;
        for (int p = 0; p < partitions.size(); p++) {
            CommittedPartition partition = partitions.get(p);
            if (partition.leaderId() < 0 && elect(partition.isr()) >= 0) {
                change(p, elect(partition.isr()), partition.isr());
            }
        }
        commit();
    }

    void moveLeader(int p, int broker) {
        CommittedPartition partition = partitions.get(p);
        if (unfenced[broker] && contains(partition.isr(), broker) && partition.leaderId() != broker) {
            change(p, broker, partition.isr());
            commit();
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
    IsrAnswer alter(int from, int p, IsrProposal proposal) {
        CommittedPartition partition = partitions.get(p);
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
        change(p, from, proposal.brokerIds());
        commit();
        return null;
    }

    static boolean contains(int[] values, int wanted) {
        return Arrays.stream(values).anyMatch(value -> value == wanted);
    }

    private static int[] minus(int[] values, int unwanted) {
        return Arrays.stream(values).filter(value -> value != unwanted).toArray();
    }
}
