package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.SimQuorumNode.Applied;
import io.millrace.sim.Invariant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Raft promises (its paper, figure 3), and what this project adds: an acknowledged record is on the disks of a
 * majority.
 *
 * <p>Thread: the simulation's only thread.
 */
final class QuorumInvariants {
    private QuorumInvariants() {}

    /** At most one leader per epoch, over all time. */
    static final class ElectionSafety implements Invariant {
        private final QuorumWorld world;
        private final Map<Integer, Integer> leaders = new HashMap<>();

        ElectionSafety(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            for (SimQuorumNode node : world.nodes()) {
                if (node.up() && node.role() instanceof Leader leader) {
                    Integer other = leaders.putIfAbsent(leader.epoch(), node.id);
                    if (other != null && other != node.id) {
                        return Optional.of("epoch " + leader.epoch() + " is led by " + other + " and by " + node.id);
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** A batch is named by epoch and offset: it has one content and one predecessor wherever it is found. */
    static final class LogMatching implements Invariant {
        private record Name(int epoch, long baseOffset) {}

        private record Entry(int contentHash, int records, Name predecessor) {}

        private final QuorumWorld world;
        private final Map<Name, Entry> seen = new HashMap<>();
        private final Map<MemoryQuorumStore, QuorumBatch> checkedTo = new HashMap<>();

        LogMatching(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            for (SimQuorumNode node : world.nodes()) {
                if (node.up() && !node.store().live().isEmpty()) {
                    Optional<String> wrong = check(node);
                    if (wrong.isPresent()) {
                        return wrong;
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<String> check(SimQuorumNode node) {
            List<QuorumBatch> log = node.store().live();
            QuorumBatch last = log.get(log.size() - 1);
            if (checkedTo.put(node.store(), last) == last) {
                return Optional.empty();
            }
            for (int i = log.size() - 1; i >= 0; i--) {
                QuorumBatch batch = log.get(i);
                Name before = i == 0
                        ? null
                        : new Name(log.get(i - 1).epoch(), log.get(i - 1).baseOffset());
                int hash = 0;
                for (byte[] record : batch.records()) {
                    hash = 31 * hash + Arrays.hashCode(record);
                }
                Entry entry = new Entry(hash, batch.records().size(), before);
                Entry known = seen.putIfAbsent(new Name(batch.epoch(), batch.baseOffset()), entry);
                if (known == null) {
                    continue;
                }
                boolean samePredecessor =
                        before == null || known.predecessor() == null || before.equals(known.predecessor());
                if (known.contentHash() != hash
                        || known.records() != batch.records().size()
                        || !samePredecessor) {
                    return Optional.of("node " + node.id + " has another " + batch + " than was seen before");
                }
                if (known.predecessor() == null && before != null) {
                    seen.put(new Name(batch.epoch(), batch.baseOffset()), entry);
                }
            }
            return Optional.empty();
        }
    }

    /** A new leader has everything that was committed before. */
    static final class LeaderCompleteness implements Invariant {
        private final QuorumWorld world;
        private int newestEpoch;

        LeaderCompleteness(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            for (SimQuorumNode node : world.nodes()) {
                if (node.up() && node.role() instanceof Leader leader && leader.epoch() > newestEpoch) {
                    newestEpoch = leader.epoch();
                    Map<Long, String> records = new TreeMap<>();
                    for (QuorumBatch batch : node.store().live()) {
                        for (int i = 0; i < batch.records().size(); i++) {
                            records.put(
                                    batch.baseOffset() + i,
                                    new String(batch.records().get(i)));
                        }
                    }
                    for (Applied applied : world.history()) {
                        boolean inSnapshot =
                                applied.offset() < node.store().base().endOffset();
                        if (!inSnapshot && !applied.value().equals(records.get(applied.offset()))) {
                            return Optional.of("leader " + node.id + " of epoch " + leader.epoch()
                                    + " lacks the committed " + applied);
                        }
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** No two nodes apply something different at the same place, and no node has to halt. */
    static final class StateMachineSafety implements Invariant {
        private final QuorumWorld world;

        StateMachineSafety(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            return world.complaints().stream().findFirst();
        }
    }

    /** What was acknowledged is in the history at its offset; what is committed is on the disks of a majority. */
    static final class CommittedNeverLost implements Invariant {
        private final QuorumWorld world;
        private final Map<Integer, Long> checkedTo = new HashMap<>();
        private int acknowledgedBefore;

        CommittedNeverLost(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            if (world.acknowledged().size() != acknowledgedBefore) {
                acknowledgedBefore = world.acknowledged().size();
                Map<Long, String> history = new HashMap<>();
                world.history().forEach(a -> history.put(a.offset(), a.value()));
                for (Map.Entry<Long, String> ack : world.acknowledged().entrySet()) {
                    if (!ack.getValue().equals(history.get(ack.getKey()))) {
                        return Optional.of("acknowledged " + ack + " is not in the history");
                    }
                }
            }
            for (SimQuorumNode node : world.nodes()) {
                if (node.up() && node.role() instanceof Leader leader && hasCommitted(node, leader)) {
                    Optional<String> wrong = onMajority(node);
                    if (wrong.isPresent()) {
                        return wrong;
                    }
                }
            }
            return Optional.empty();
        }

        /** Before that, what is committed is so by the voters of earlier leaders, and its own may be others. */
        private static boolean hasCommitted(SimQuorumNode node, Leader leader) {
            return node.node().machine().highWatermark() > leader.epochStartOffset();
        }

        private Optional<String> onMajority(SimQuorumNode leader) {
            long committed = leader.node().machine().highWatermark();
            long from = checkedTo.getOrDefault(leader.id, 0L);
            if (committed <= from) {
                return Optional.empty();
            }
            checkedTo.put(leader.id, committed);
            for (QuorumBatch batch : leader.store().live()) {
                if (batch.endOffset() > from && batch.endOffset() <= committed) {
                    VoterSet voters = leader.node().machine().voters();
                    // A disk that was replaced may have held it when it vouched for it.
                    long holders = voters.ids().stream()
                            .map(world::node)
                            .filter(voter -> !voter.votes(voters) || voter.disk.holds(batch))
                            .count();
                    if (holders < voters.majority()) {
                        return Optional.of(batch + " counts as committed and is on " + holders + " disks only");
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** Within one life, what a node knows to be committed never shrinks. */
    static final class HighWatermarkMonotonic implements Invariant {
        private final QuorumWorld world;
        private final Map<QuorumNode, Long> before = new HashMap<>();

        HighWatermarkMonotonic(QuorumWorld world) {
            this.world = world;
        }

        @Override
        public Optional<String> violation() {
            for (SimQuorumNode node : world.nodes()) {
                if (node.up()) {
                    long now = node.node().machine().highWatermark();
                    Long earlier = before.put(node.node(), now);
                    if (earlier != null && now < earlier) {
                        return Optional.of("node " + node.id + " went back from " + earlier + " to " + now);
                    }
                }
            }
            return Optional.empty();
        }
    }
}
