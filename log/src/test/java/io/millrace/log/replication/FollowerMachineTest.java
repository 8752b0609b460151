package io.millrace.log.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.PartitionLog;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.replica.ReplicaMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The follower's side by itself, with a node whose registration comes in between its steps. */
class FollowerMachineTest {
    private static final long BROKER_EPOCH = 7;
    private static final int MOST_TURNS = 20;

    private final ReplicationWorld world = ReplicationWorld.calm(1);

    /** A replica that follows, with links of its own. */
    private record Following(SimReplica replica, ReplicationLinks links) implements Replicated {
        @Override
        public PartitionLog log() {
            return replica.log();
        }

        @Override
        public ReplicaMachine machine() {
            return replica.machine();
        }
    }

    /** A node that another thread registers after so many looks at its epoch, and what it sends. */
    private static final class Registering implements FollowerMachine.Node, ReplicationLink {
        private final List<ReplicaFetch> sent = new ArrayList<>();
        private int looks;

        Registering(int looks) {
            this.looks = looks;
        }

        @Override
        public long brokerEpoch() {
            return looks-- > 0 ? -1 : BROKER_EPOCH;
        }

        @Override
        public int brokerId() {
            return 1;
        }

        @Override
        public int shard() {
            return 0;
        }

        @Override
        public int shards() {
            return 1;
        }

        @Override
        public int shardOf(TopicPartitionId id, int shards) {
            return 0;
        }

        @Override
        public void alarm(Replicated replica, String what) {
            throw new AssertionError(what);
        }

        @Override
        public void note(Replicated replica, String what) {
            throw new AssertionError(what);
        }

        @Override
        public void send(int brokerId, ReplicaFetch fetch) {
            sent.add(fetch);
        }

        @Override
        public void send(int brokerId, ReplicaAnswer answer) {
            throw new AssertionError(answer);
        }
    }

    /**
     * The epoch is known on another thread than a shard's, at any moment. Nothing else happens here: whoever sets no alarm never
     * follows.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anIdleReplicaFollowsWhereverAmongItsStepsTheNodeIsRegistered(int looks) {
        int leader = world.controller.partition(0).leaderId();
        SimReplica replica =
                world.nodes.get((leader + 1) % ReplicationWorld.NODES).replica(0);
        Registering node = new Registering(looks);
        FollowerMachine machine = new FollowerMachine(node, node, FetchSettings.DEFAULTS, () -> 0);
        long nowMs = 1;

        machine.follow(new Following(replica, new ReplicationLinks()), leader);
        machine.flush(nowMs);
        for (int turn = 0; node.sent.isEmpty() && turn < MOST_TURNS; turn++) {
            long dueMs = machine.nextTickMs(nowMs);
            assertThat(dueMs).as("the next look").isLessThan(Long.MAX_VALUE);
            nowMs = Math.max(nowMs, dueMs);
            machine.tick(nowMs);
            machine.flush(nowMs);
        }

        assertThat(node.sent).hasSize(1);
        assertThat(node.sent.get(0).brokerEpoch()).isEqualTo(BROKER_EPOCH);
        assertThat(node.sent.get(0).asks()).hasSize(1);
    }
}
