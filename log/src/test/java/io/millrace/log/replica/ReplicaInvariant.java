package io.millrace.log.replica;

import java.util.List;
import java.util.Map;

/**
 * What must hold after every event. The name of the class is the name of the promise.
 *
 * <p>Thread: one.
 */
interface ReplicaInvariant {
    List<ReplicaInvariant> ALL = List.of(
            new MonotonicHighWatermark(),
            new AckedIsOnEveryIsrMember(),
            new MaximalIsrCoversCommitted(),
            new NoShrinkBelowCommitted(),
            new ReadablePrefixesAgree(),
            new NothingReadableBeyondTheLog());

    void check(ModelCluster cluster);

    default void fail(String what, ModelCluster cluster) {
        throw new AssertionError(getClass().getSimpleName() + ": " + what + "\n" + cluster);
    }

    /** Within a leader epoch a replica's high watermark never falls. */
    final class MonotonicHighWatermark implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            for (ModelNode node : cluster.nodes) {
                if (node.isUp()) {
                    long now = node.machine.highWatermark();
                    Long before = node.watermarks.put(node.machine.leaderEpoch(), now);
                    // A follower's truncation by epoch below its watermark raises an alarm; then it may fall.
                    if (before != null && now < before && cluster.alarms == 0) {
                        fail("node " + node.id + " falls from " + before + " to " + now, cluster);
                    }
                }
            }
        }
    }

    /** Whoever may be elected has what was acknowledged, in what a crash leaves of its log. */
    final class AckedIsOnEveryIsrMember implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            for (int member : cluster.controller.partition().isr()) {
                ModelLog log = cluster.nodes.get(member).log;
                for (Map.Entry<Integer, Integer> acked : cluster.acked.entrySet()) {
                    int offset = acked.getKey();
                    if (offset >= log.durableEnd() || log.entries.get(offset).value() != acked.getValue()) {
                        fail("in-sync replica " + member + " lacks acknowledged offset " + offset, cluster);
                    }
                }
            }
        }
    }

    /** The leader of the committed epoch waits for everyone whom the controller may elect. */
    final class MaximalIsrCoversCommitted implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            CommittedPartition committed = cluster.controller.partition();
            for (ModelNode node : cluster.nodes) {
                if (node.isUp() && node.machine.isLeader() && node.machine.leaderEpoch() == committed.leaderEpoch()) {
                    for (int member : committed.isr()) {
                        if (!node.machine.isInMaximalIsr(member)) {
                            fail("leader " + node.id + " does not wait for " + member, cluster);
                        }
                    }
                }
            }
        }
    }

    /** A removal counts only once it is committed. */
    final class NoShrinkBelowCommitted implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            for (ModelNode node : cluster.nodes) {
                if (node.isUp() && node.machine.isLeader()) {
                    for (int member : node.machine.partition().isr()) {
                        if (!node.machine.isInMaximalIsr(member)) {
                            fail("leader " + node.id + " dropped " + member + " by itself", cluster);
                        }
                    }
                }
            }
        }
    }

    /** Two consumers at two replicas never read two histories. */
    final class ReadablePrefixesAgree implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            for (ModelNode one : cluster.nodes) {
                for (ModelNode other : cluster.nodes) {
                    if (one.id < other.id && one.isUp() && other.isUp()) {
                        compare(one, other, cluster);
                    }
                }
            }
        }

        private void compare(ModelNode one, ModelNode other, ModelCluster cluster) {
            int common = (int) Math.min(one.machine.highWatermark(), other.machine.highWatermark());
            if (!one.log.entries.subList(0, common).equals(other.log.entries.subList(0, common))) {
                fail("nodes " + one.id + " and " + other.id + " differ below " + common, cluster);
            }
        }
    }

    /** The high watermark lies within what is written. */
    final class NothingReadableBeyondTheLog implements ReplicaInvariant {
        @Override
        public void check(ModelCluster cluster) {
            for (ModelNode node : cluster.nodes) {
                if (node.isUp() && node.machine.highWatermark() > node.log.written) {
                    fail("node " + node.id + " shows " + node.machine.highWatermark(), cluster);
                }
            }
        }
    }
}
