package io.millrace.simulation;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.membership.image.PartitionImage;
import io.millrace.sim.Invariant;
import io.millrace.verticles.shard.Replica;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must hold after every event, whatever happens.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterInvariants {
    private ClusterInvariants() {}

    /** Looks at the leaders that have changed. */
    private abstract static class OfEachLeader implements Invariant {
        private final ChangedLeaders changed;

        OfEachLeader(ChangedLeaders changed) {
            this.changed = changed;
        }

        /** Null while it holds. */
        abstract String broken(ChangedLeaders.Changed one);

        @Override
        public Optional<String> violation() {
            for (ChangedLeaders.Changed one : changed.all()) {
                String why = broken(one);
                if (why != null) {
                    return Optional.of(one.replica().log().id() + " at node "
                            + one.broker().id() + ": " + why);
                }
            }
            return Optional.empty();
        }
    }

    private record Term(TopicPartitionId partition, int epoch) {}

    /** A leader epoch belongs to one broker (rules I14, V30). */
    static final class OneLeaderAnEpoch extends OfEachLeader {
        private final ClusterWorld world;
        private final Map<Term, Integer> leaders = new HashMap<>();

        OneLeaderAnEpoch(ClusterWorld world, ChangedLeaders changed) {
            super(changed);
            this.world = world;
        }

        @Override
        String broken(ChangedLeaders.Changed one) {
            SimBroker broker = one.broker();
            Replica replica = one.replica();
            ReplicaRole.Leader leader = one.role();
            Integer known = leaders.putIfAbsent(new Term(replica.log().id(), leader.leaderEpoch()), broker.id());
            if (known == null) {
                PartitionImage image = broker.life()
                        .image()
                        .partition(
                                replica.log().id().topicId(), replica.log().id().partition());
                world.tell(replica.log().id() + " is led by node " + broker.id() + " in epoch " + leader.leaderEpoch()
                        + " from " + leader.epochStartOffset() + ", isr "
                        + (image == null ? "?" : Arrays.toString(image.isr())));
            }
            return known == null || known == broker.id()
                    ? null
                    : "leads in epoch " + leader.leaderEpoch() + ", which was led by node " + known;
        }
    }

    /** Within an epoch a leader's high watermark never falls (rule H21). */
    static final class WatermarkNeverFalls extends OfEachLeader {
        private record Leading(SimLife life, TopicPartitionId partition, int epoch) {}

        private final Map<Leading, Long> highest = new HashMap<>();

        WatermarkNeverFalls(ChangedLeaders changed) {
            super(changed);
        }

        @Override
        String broken(ChangedLeaders.Changed one) {
            long now = one.highWatermark();
            Long before = highest.put(
                    new Leading(
                            one.broker().life(),
                            one.replica().log().id(),
                            one.role().leaderEpoch()),
                    now);
            return before == null || before <= now ? null : "its high watermark falls from " + before + " to " + now;
        }
    }

    /** Who begins to lead has everything that earlier leaders had committed (rules I15, H21). */
    static final class LeadersAreComplete extends OfEachLeader {
        private final Map<TopicPartitionId, TreeMap<Integer, Long>> committed = new HashMap<>();
        private final Map<Term, Boolean> looked = new HashMap<>();

        LeadersAreComplete(ChangedLeaders changed) {
            super(changed);
        }

        @Override
        String broken(ChangedLeaders.Changed one) {
            Replica replica = one.replica();
            ReplicaRole.Leader leader = one.role();
            TreeMap<Integer, Long> ofPartition =
                    committed.computeIfAbsent(replica.log().id(), id -> new TreeMap<>());
            ofPartition.merge(leader.leaderEpoch(), one.highWatermark(), Math::max);
            if (looked.putIfAbsent(new Term(replica.log().id(), leader.leaderEpoch()), true) != null) {
                return null;
            }
            for (Map.Entry<Integer, Long> earlier :
                    ofPartition.headMap(leader.leaderEpoch()).entrySet()) {
                if (earlier.getValue() > leader.epochStartOffset()) {
                    return "begins to lead in epoch " + leader.leaderEpoch() + " at " + leader.epochStartOffset()
                            + ", and the leader of epoch " + earlier.getKey() + " had committed up to "
                            + earlier.getValue();
                }
            }
            return null;
        }
    }
}
