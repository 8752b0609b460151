package io.millrace.simulation;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.membership.image.PartitionImage;
import io.millrace.sim.Invariant;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
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

    /** Looks at every replica of every node that is up. */
    private abstract static class OfEachReplica implements Invariant {
        final ClusterWorld world;

        OfEachReplica(ClusterWorld world) {
            this.world = world;
        }

        /** Null while it holds. */
        abstract String broken(SimBroker broker, Replica replica);

        @Override
        public Optional<String> violation() {
            String[] broken = new String[1];
            for (SimBroker broker : world.brokers()) {
                if (broker.isUp()) {
                    for (Shard shard : broker.life().shards().all()) {
                        shard.forEach(replica -> {
                            String why = broken(broker, replica);
                            if (why != null) {
                                broken[0] = replica.log().id() + " at node " + broker.id() + ": " + why;
                            }
                        });
                    }
                }
            }
            return Optional.ofNullable(broken[0]);
        }
    }

    private record Term(TopicPartitionId partition, int epoch) {}

    /** A leader epoch belongs to one broker (rules I14, V30). */
    static final class OneLeaderAnEpoch extends OfEachReplica {
        private final Map<Term, Integer> leaders = new HashMap<>();

        OneLeaderAnEpoch(ClusterWorld world) {
            super(world);
        }

        @Override
        String broken(SimBroker broker, Replica replica) {
            if (!(replica.machine().role() instanceof ReplicaRole.Leader leader)) {
                return null;
            }
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
    static final class WatermarkNeverFalls extends OfEachReplica {
        private record Leading(SimLife life, TopicPartitionId partition, int epoch) {}

        private final Map<Leading, Long> highest = new HashMap<>();

        WatermarkNeverFalls(ClusterWorld world) {
            super(world);
        }

        @Override
        String broken(SimBroker broker, Replica replica) {
            if (!(replica.machine().role() instanceof ReplicaRole.Leader leader)) {
                return null;
            }
            long now = replica.machine().highWatermark();
            Long before = highest.put(new Leading(broker.life(), replica.log().id(), leader.leaderEpoch()), now);
            return before == null || before <= now ? null : "its high watermark falls from " + before + " to " + now;
        }
    }

    /** Who begins to lead has everything that earlier leaders had committed (rules I15, H21). */
    static final class LeadersAreComplete extends OfEachReplica {
        private final Map<TopicPartitionId, TreeMap<Integer, Long>> committed = new HashMap<>();
        private final Map<Term, Boolean> looked = new HashMap<>();

        LeadersAreComplete(ClusterWorld world) {
            super(world);
        }

        @Override
        String broken(SimBroker broker, Replica replica) {
            if (!(replica.machine().role() instanceof ReplicaRole.Leader leader)) {
                return null;
            }
            TreeMap<Integer, Long> ofPartition =
                    committed.computeIfAbsent(replica.log().id(), id -> new TreeMap<>());
            ofPartition.merge(leader.leaderEpoch(), replica.machine().highWatermark(), Math::max);
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
