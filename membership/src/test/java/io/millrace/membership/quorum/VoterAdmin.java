package io.millrace.membership.quorum;

import io.millrace.membership.VoterChange;
import io.millrace.membership.VoterChangeException;
import io.millrace.sim.Simulation;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Somebody who changes the voters of a simulated quorum all the time, and whoever takes disks away from it: never more of
 * them than the promise stands, one of at least three voters.
 *
 * <p>Thread: the simulation's only thread.
 */
final class VoterAdmin {
    private static final int LEAST = 3;

    private final QuorumWorld world;
    private final Random random;
    private long committed;
    private long unknown;
    private long refused;
    private long disksLost;

    VoterAdmin(QuorumWorld world) {
        this.world = world;
        this.random = world.simulation().random("admin");
    }

    long committed() {
        return committed;
    }

    long unknown() {
        return unknown;
    }

    long refused() {
        return refused;
    }

    long disksLost() {
        return disksLost;
    }

    VoterAdmin plus(VoterAdmin other) {
        committed += other.committed;
        unknown += other.unknown;
        refused += other.refused;
        disksLost += other.disksLost;
        return this;
    }

    void actEvery(int meanMs, long untilMs) {
        Simulation simulation = world.simulation();
        simulation.scheduler().after(1 + random.nextInt(2 * meanMs), "admin", () -> {
            if (simulation.nowMs() < untilMs) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    act();
                }
                actEvery(meanMs, untilMs);
            }
        });
    }

    private Optional<SimQuorumNode> leader() {
        return world.nodes().stream().filter(SimQuorumNode::active).findFirst();
    }

    private void act() {
        leader().ifPresent(leader -> change(leader).ifPresent(change -> submit(leader, change)));
    }

    private void submit(SimQuorumNode leader, VoterChange change) {
        leader.node().changeVoters(change).whenComplete((offset, failure) -> {
            if (failure == null) {
                committed++;
            } else if (failure instanceof VoterChangeException) {
                refused++;
            } else {
                unknown++;
            }
        });
    }

    /** Who lost its disk goes first; else anybody comes in or goes out. */
    private Optional<VoterChange> change(SimQuorumNode leader) {
        VoterSet voters = leader.node().machine().voters();
        Optional<VoterChange> lost = voters.ids().stream()
                .map(world::node)
                .filter(node -> !node.votes(voters))
                .map(node -> remove(voters, node.id))
                .findFirst();
        if (lost.isPresent()) {
            return lost;
        }
        List<Integer> ids = world.nodes().stream().map(node -> node.id).toList();
        int one = ids.get(random.nextInt(ids.size()));
        if (!voters.contains(one)) {
            return Optional.of(new VoterChange.Add(one, world.node(one).directoryId()));
        }
        return voters.ids().size() > LEAST ? Optional.of(remove(voters, one)) : Optional.empty();
    }

    private static VoterChange remove(VoterSet voters, int id) {
        return new VoterChange.Remove(id, voters.voters().get(id));
    }

    /** Takes the disk of a node that is down, if the quorum is promised to stand that. */
    void loseADisk(SimQuorumNode victim) {
        leader().ifPresent(leader -> {
            QuorumMachine machine = leader.node().machine();
            VoterSet voters = machine.voters();
            boolean whole = voters.ids().stream().map(world::node).allMatch(node -> node.votes(voters));
            if (victim == leader
                    || !machine.votersSettled()
                    || !whole
                    || voters.ids().size() < LEAST) {
                return;
            }
            if (victim.up()) {
                victim.crash();
            }
            victim.loseDisk();
            disksLost++;
        });
    }

    /** With everything healed, the quorum comes to consist of all nodes, with the disks they have. */
    void demandThatEveryoneCanBecomeAVoter() {
        Simulation simulation = world.simulation();
        for (int attempt = 0; attempt < 200 && !everyoneVotes(); attempt++) {
            leader().ifPresent(leader -> {
                VoterSet voters = leader.node().machine().voters();
                world.nodes().stream()
                        .filter(node -> !node.votes(voters))
                        .findFirst()
                        .ifPresent(node -> submit(
                                leader,
                                voters.contains(node.id)
                                        ? remove(voters, node.id)
                                        : new VoterChange.Add(node.id, node.directoryId())));
            });
            simulation.runFor(100);
        }
        if (!everyoneVotes()) {
            throw simulation.violation("Progress", "not every node could be made a voter after everything was healed");
        }
        simulation.check();
    }

    private boolean everyoneVotes() {
        return world.nodes().stream()
                .allMatch(node -> node.up()
                        && node.node().machine().isVoter()
                        && node.node().machine().votersSettled()
                        && node.node().machine().voters().ids().size()
                                == world.nodes().size());
    }
}
