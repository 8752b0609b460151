package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Leader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader that is known to be dead is followed by the voter that should lead, without the others getting in its way. */
class PreferredLeaderTest {
    @Test
    void theFirstInThePreferredOrderLeadsAfterAFailedProbeAndAtTheFirstAttempt() {
        int first = 0;
        for (long seed = 1; seed <= 50; seed++) {
            QuorumWorld world = QuorumWorld.of(seed, 3);
            world.startAll();
            world.simulation()
                    .runUntil("a leader", 20_000, () -> world.nodes().stream().anyMatch(SimQuorumNode::active));
            world.proposeOnce();
            world.simulation()
                    .runUntil(
                            "all follow and have the same",
                            20_000,
                            () -> world.voterNodes().stream()
                                            .filter(node -> node.role() instanceof Follower)
                                            .count()
                                    == 2);
            world.simulation().runFor(500);
            SimQuorumNode leader = world.voterNodes().stream()
                    .filter(node -> node.role() instanceof Leader)
                    .findFirst()
                    .orElseThrow();
            int epoch = leader.role().epoch();
            List<SimQuorumNode> others =
                    world.voterNodes().stream().filter(node -> node != leader).toList();
            SimQuorumNode wanted = others.get(1);
            List<Integer> order = List.of(leader.id, wanted.id, others.get(0).id);
            others.forEach(node -> node.node().prefer(order));

            leader.crash();
            others.get(0).node().leaderProbeFailed(leader.id);
            wanted.node().leaderProbeFailed(leader.id);
            world.simulation().runUntil("another leader", 20_000, () -> others.stream()
                    .anyMatch(node -> node.role() instanceof Leader));

            if (wanted.role() instanceof Leader && wanted.role().epoch() == epoch + 1) {
                first++;
            }
        }
        assertThat(first).as("of 50 elections").isGreaterThanOrEqualTo(45);
    }
}
