package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.FormationStore.Found;
import io.millrace.sim.Seeded;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.SimOwner;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Clusters that form while nodes come late, crash before, within and after each write, lose messages and lose disks. Promises:
 * there is one cluster; every directory that may vote is one that its founder noted; what a node was once, it stays.
 */
class FormationSimulationTest {
    private static final int VOTERS = 3;
    private static final int OBSERVER = 4;
    private static final List<VoterAddress> THREE =
            List.of(new VoterAddress(1, "a", 1), new VoterAddress(2, "b", 2), new VoterAddress(3, "c", 3));

    /** The disk of a node: what was written before the crash is there, or not. */
    private final class Node {
        final int id;
        UUID directory;
        NodePromises promises;
        String boundTo;
        boolean lost;
        SimOwner owner;
        FormationNode formation;

        Node(int id) {
            this.id = id;
            this.directory = new UUID(1, id);
        }

        void start() {
            SimOwner life = new SimOwner(simulation.scheduler(), "node " + id);
            owner = life;
            Random disk = simulation.random("disk of " + id);
            formation = new FormationNode(
                    new NodeIdentity(id, Optional.empty(), THREE),
                    new Store(),
                    new FormationNode.Ports(
                            life,
                            work -> simulation
                                    .scheduler()
                                    .after(1 + disk.nextInt(20), "files of " + id, () -> runIfAlive(life, work)),
                            simulation::nowMs,
                            (delayMs, task) ->
                                    simulation.scheduler().after(delayMs, "alarm of " + id, () -> life.execute(task))
                                            ::cancel,
                            (to, message) -> network.send(id, to, message),
                            () -> new UUID(ids.nextLong(), ids.nextLong())));
            formation.form().whenComplete((formed, failure) -> {
                if (failure != null) {
                    complaints.add("node " + id + " was refused: " + failure.getMessage());
                }
            });
            network.join(id, formation::receive);
        }

        private void runIfAlive(SimOwner life, Runnable work) {
            if (owner == life) {
                work.run();
            }
        }

        void crash() {
            network.leave(id);
            owner.stop();
            owner = null;
            formation = null;
        }

        void loseDisk() {
            promises = null;
            boundTo = null;
            lost = true;
            directory = new UUID(directory.getMostSignificantBits() + 1, id);
        }

        private final class Store implements FormationStore {
            @Override
            public Found read() {
                if (promises != null) {
                    boundTo = promises.clusterId();
                }
                return new Found(
                        directory,
                        Optional.ofNullable(promises),
                        Optional.ofNullable(boundTo),
                        boundTo != null,
                        false,
                        false,
                        "file of " + id);
            }

            @Override
            public void write(NodePromises next) {
                if (promises != null && !promises.clusterId().equals(next.clusterId())) {
                    complaints.add("node " + id + " is formed twice: " + promises + " and " + next);
                }
                promises = next;
                // The power may go between the two.
                if (crashes.nextInt(3) > 0) {
                    boundTo = next.clusterId();
                }
            }
        }
    }

    private Simulation simulation;
    private SimNetwork<FormationMessage> network;
    private Random ids;
    private Random crashes;
    private final List<Node> nodes = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    @Seeded(runs = 300)
    void oneClusterFormsWhateverHappensMeanwhile(long seed) {
        simulation = new Simulation(seed);
        network = new SimNetwork<>(simulation);
        ids = simulation.random("cluster ids");
        crashes = simulation.random("crashes");
        for (int id = 1; id <= OBSERVER; id++) {
            nodes.add(new Node(id));
        }
        network.loss(0.2);
        network.duplication(0.1);
        network.reordering(0.1);
        nodes.forEach(node -> simulation.scheduler().after(1 + crashes.nextInt(3_000), "late", node::start));
        simulation.runFor(3_100);
        for (int i = 0; i < 8; i++) {
            Node victim = nodes.get(crashes.nextInt(nodes.size()));
            victim.crash();
            // At most one disk is lost: with a majority of them the cluster itself is gone.
            if (crashes.nextInt(6) == 0 && nodes.stream().noneMatch(node -> node.lost)) {
                victim.loseDisk();
            }
            simulation.runFor(1 + crashes.nextInt(300));
            victim.start();
            simulation.runFor(1 + crashes.nextInt(500));
        }
        network.heal();

        simulation.runUntil(
                "everybody is part of a cluster", 60_000, () -> nodes.stream().allMatch(node -> node.promises != null));

        assertThat(complaints).isEmpty();
        Map<String, Integer> members = new HashMap<>();
        nodes.forEach(node -> members.merge(node.promises.clusterId(), 1, Integer::sum));
        long voting = nodes.stream().filter(node -> node.promises.isVoter()).count();
        assertThat(members).as("clusters").hasSize(1);
        assertThat(nodes)
                .extracting(node -> node.promises.voters())
                .containsOnly(nodes.get(0).promises.voters());
        assertThat(voting).isBetween(VOTERS - 1L, (long) VOTERS);
        assertThat(nodes.get(OBSERVER - 1).promises.isVoter()).isFalse();
    }
}
