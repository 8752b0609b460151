package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.Seeded;
import io.millrace.sim.SimOwner;
import io.millrace.sim.Simulation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole quorums under loss, duplicates, reordering, partitions and crashes that lose what was not synced. */
class QuorumSimulationTest {
    private static final long FAULTY_MS = 4_000;

    @Seeded(runs = 100)
    void aQuorumOfOneKeepsWhatItAcknowledged(long seed) {
        surviveFaults(QuorumWorld.of(seed, 1), FAULTY_MS);
    }

    @Seeded(runs = 150)
    void threeVotersKeepWhatTheyAcknowledged(long seed) {
        surviveFaults(QuorumWorld.of(seed, 3), FAULTY_MS);
    }

    @Seeded(runs = 60)
    void fiveVotersKeepWhatTheyAcknowledged(long seed) {
        surviveFaults(QuorumWorld.of(seed, 5), FAULTY_MS);
    }

    @Tag("long")
    @Seeded(runs = 10_000, fresh = true)
    void threeVotersKeepWhatTheyAcknowledgedOverManySeeds(long seed) {
        surviveFaults(QuorumWorld.of(seed, 3), 2 * FAULTY_MS);
    }

    @Tag("long")
    @Seeded(runs = 10_000, fresh = true)
    void restlessElectionsNeverGiveAnEpochTwoLeadersOverManySeeds(long seed) {
        restlessElections(QuorumWorld.of(seed, 3));
    }

    @Tag("long")
    @Seeded(runs = 3_000, fresh = true)
    void fiveVotersKeepWhatTheyAcknowledgedOverManySeeds(long seed) {
        surviveFaults(QuorumWorld.of(seed, 5), 2 * FAULTY_MS);
    }

    @Test
    void theCanaryThatVouchesForUnsyncedDataIsCaught() {
        assertThatThrownBy(() -> manySeeds(VouchesTooEarly::new))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("CommittedNeverLost does not hold")
                .hasMessageContaining("seed");
    }

    @Test
    void theCanaryThatForgetsItsVoteIsCaught() {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 300; seed++) {
                        restlessElections(new QuorumWorld(seed, 3, 0, ForgetsItsVote::new));
                    }
                })
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("ElectionSafety does not hold");
    }

    @Seeded(runs = 40)
    void restlessElectionsNeverGiveAnEpochTwoLeaders(long seed) {
        restlessElections(QuorumWorld.of(seed, 3));
    }

    @Test
    void theFaultsReachTheRareCases() {
        long epochs = 0;
        long cuts = 0;
        long snapshots = 0;
        long unknown = 0;
        for (int seed = 1; seed <= 40; seed++) {
            QuorumWorld world = QuorumWorld.of(seed, 3);
            surviveFaults(world, FAULTY_MS);
            epochs += world.node(1).node().leaderEpoch();
            cuts += world.cuts();
            snapshots += world.nodes().stream()
                    .mapToLong(SimQuorumNode::snapshotsFromOthers)
                    .sum();
            unknown += world.unknown();
        }
        assertThat(epochs).as("elections").isGreaterThan(100);
        assertThat(cuts).as("truncations by epoch").isGreaterThan(10);
        assertThat(snapshots).as("snapshots pulled from a leader").isGreaterThan(10);
        assertThat(unknown).as("proposals whose leader was lost").isGreaterThan(10);
    }

    private static void manySeeds(SimQuorumNode.StoreMaker maker) {
        for (int seed = 1; seed <= 400; seed++) {
            surviveFaults(new QuorumWorld(seed, 3, 0, maker), FAULTY_MS);
        }
    }

    /** Votes are slow and voters start anew all the time: nobody may vote twice in an epoch. */
    private static void restlessElections(QuorumWorld world) {
        Simulation simulation = world.simulation();
        Random random = simulation.random("trouble");
        world.startAll();
        world.network().delay(1, 70);
        world.network().reordering(0.5);
        for (int i = 0; i < 200; i++) {
            simulation.runFor(1 + random.nextInt(20));
            for (SimQuorumNode voter : world.voterNodes()) {
                boolean voted = voter.role() instanceof QuorumState.Voted;
                boolean leads = voter.role() instanceof QuorumState.Leader;
                if (voted ? random.nextInt(2) == 0 : leads && random.nextInt(5) == 0) {
                    voter.crash();
                    voter.start();
                }
            }
        }
        world.healAndDemandProgress();
    }

    private static void surviveFaults(QuorumWorld world, long faultyMs) {
        Simulation simulation = world.simulation();
        long untilMs = simulation.nowMs() + faultyMs;
        world.startAll();
        world.proposeEvery(15, untilMs);
        causeTrouble(world, simulation.random("trouble"), untilMs);
        simulation.runFor(faultyMs);
        world.healAndDemandProgress();
        assertThat(world.acknowledged())
                .as("a run that commits nothing shows nothing")
                .isNotEmpty();
    }

    private static void causeTrouble(QuorumWorld world, Random random, long untilMs) {
        Simulation simulation = world.simulation();
        simulation.scheduler().after(20 + random.nextInt(250), "trouble", () -> {
            if (simulation.nowMs() < untilMs) {
                oneTrouble(world, random);
                causeTrouble(world, random, untilMs);
            }
        });
    }

    private static void oneTrouble(QuorumWorld world, Random random) {
        List<SimQuorumNode> nodes = world.nodes();
        SimQuorumNode one = nodes.get(random.nextInt(nodes.size()));
        SimQuorumNode other = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(13)) {
            case 0, 1, 2 -> {
                if (one.up()) {
                    one.crash();
                }
            }
            case 3, 4, 5 -> {
                if (!one.up()) {
                    one.start();
                }
            }
            case 6 -> world.network().partition(one.id);
            case 7 -> world.network().partition(one.id, other.id);
            case 8 -> world.network().oneWay(one.id, other.id);
            case 9 -> {
                world.network().loss(random.nextDouble() * 0.3);
                world.network().duplication(random.nextDouble() * 0.3);
                world.network().reordering(random.nextDouble() * 0.5);
                world.network().delay(1, 1 + random.nextInt(60));
            }
            case 10 ->
                nodes.stream().filter(SimQuorumNode::active).findFirst().ifPresent(leader -> leader.node()
                        .transferLeadership(one.id));
            case 11 -> {
                boolean first = nodes.stream()
                        .filter(n -> world.voters().contains(n.id))
                        .allMatch(n -> n.votes(world.voters()));
                if (!one.up() && first && world.voterNodes().size() > 1 && random.nextInt(3) == 0) {
                    one.loseDisk();
                }
            }
            default -> world.network().heal();
        }
    }

    /** Says "synced" when it has only written: what a fetch vouches for may be gone (breaks rule Q2). */
    private static final class VouchesTooEarly extends MemoryQuorumStore {
        private final SimOwner owner;
        private Listener listener;

        VouchesTooEarly(Simulation simulation, SimOwner owner, MemoryQuorumDisk disk, String name) {
            super(simulation, owner, disk, name);
            this.owner = owner;
        }

        @Override
        public void setListener(Listener newListener) {
            listener = newListener;
            super.setListener(newListener);
        }

        @Override
        public void append(QuorumBatch batch) {
            super.append(batch);
            owner.execute(() -> listener.synced(writtenEnd()));
        }
    }

    /** Keeps the epoch but not whom it voted for in it (breaks rule Q1). */
    private static final class ForgetsItsVote extends MemoryQuorumStore {
        ForgetsItsVote(Simulation simulation, SimOwner owner, MemoryQuorumDisk disk, String name) {
            super(simulation, owner, disk, name);
        }

        @Override
        public void persist(ElectionState election, Runnable done) {
            super.persist(new ElectionState(election.epoch(), ElectionState.NOBODY), done);
        }
    }
}
