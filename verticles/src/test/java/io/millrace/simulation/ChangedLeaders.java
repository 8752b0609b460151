package io.millrace.simulation;

import io.millrace.log.replica.ReplicaRole;
import io.millrace.sim.Invariant;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which leaders have another role or another watermark than before the last event: of the others everything has been said.
 * Looked at first, so that invariants need not look at every replica after every event.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ChangedLeaders implements Invariant {
    /** A leader as it is now. */
    record Changed(SimBroker broker, Replica replica, ReplicaRole.Leader role, long highWatermark) {}

    /** What was last seen where this replica comes in the order of all. */
    private static final class Seen {
        private Replica replica;
        private ReplicaRole role;
        private long highWatermark;
    }

    private final ClusterWorld world;
    private final List<Seen> before = new ArrayList<>();
    private final List<Changed> changed = new ArrayList<>();
    private int at;

    ChangedLeaders(ClusterWorld world) {
        this.world = world;
    }

    List<Changed> all() {
        return changed;
    }

    @Override
    public Optional<String> violation() {
        changed.clear();
        at = 0;
        List<SimBroker> brokers = world.brokers();
        for (int i = 0; i < brokers.size(); i++) {
            SimBroker broker = brokers.get(i);
            if (broker.isUp()) {
                for (Shard shard : broker.life().shards().all()) {
                    shard.forEach(replica -> look(broker, replica));
                }
            }
        }
        return Optional.empty();
    }

    private void look(SimBroker broker, Replica replica) {
        if (at == before.size()) {
            before.add(new Seen());
        }
        Seen seen = before.get(at++);
        ReplicaRole role = replica.machine().role();
        long highWatermark = replica.machine().highWatermark();
        if (seen.replica == replica && seen.role == role && seen.highWatermark == highWatermark) {
            return;
        }
        seen.replica = replica;
        seen.role = role;
        seen.highWatermark = highWatermark;
        if (role instanceof ReplicaRole.Leader leader) {
            changed.add(new Changed(broker, replica, leader, highWatermark));
        }
    }
}
