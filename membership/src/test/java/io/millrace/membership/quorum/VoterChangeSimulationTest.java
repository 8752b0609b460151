package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Quorums whose voters are added, removed and replaced while everything that can happen to a quorum happens. */
class VoterChangeSimulationTest {
    private static final long FAULTY_MS = 6_000;
    private static final int NODES = 5;

    @Seeded(runs = 150)
    void threeVotersAndTheirReplacementsKeepWhatTheyAcknowledged(long seed) {
        changeVoters(world(seed, 3), FAULTY_MS);
    }

    @Seeded(runs = 60)
    void aQuorumThatGrowsFromOneKeepsWhatItAcknowledged(long seed) {
        changeVoters(world(seed, 1), FAULTY_MS);
    }

    @Tag("long")
    @Seeded(runs = 10_000, fresh = true)
    void threeVotersAndTheirReplacementsKeepWhatTheyAcknowledgedOverManySeeds(long seed) {
        changeVoters(world(seed, 3), 2 * FAULTY_MS);
    }

    @Tag("long")
    @Seeded(runs = 3_000, fresh = true)
    void aQuorumThatGrowsFromOneKeepsWhatItAcknowledgedOverManySeeds(long seed) {
        changeVoters(world(seed, 1), 2 * FAULTY_MS);
    }

    @Test
    void theTroublesReachTheRareCases() {
        VoterAdmin total = null;
        for (int seed = 1; seed <= 40; seed++) {
            VoterAdmin admin = changeVoters(world(seed, 3), FAULTY_MS);
            total = total == null ? admin : total.plus(admin);
        }
        assertThat(total.committed()).as("changes committed").isGreaterThan(200);
        assertThat(total.unknown())
                .as("changes whose leader was lost before the commit")
                .isGreaterThan(5);
        assertThat(total.refused()).as("changes refused").isGreaterThan(40);
        assertThat(total.disksLost()).as("disks lost").isGreaterThan(20);
    }

    @Test
    void theCanaryThatPermitsTwoChangesAtOnceIsCaught() {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 600; seed++) {
                        QuorumWorld world = world(seed, 3);
                        world.historyMaker(NeverUnderWay::new);
                        changeVoters(world, FAULTY_MS);
                    }
                })
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("does not hold");
    }

    @Test
    void theCanaryThatGoesByTheOldVotersIsCaught() {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 600; seed++) {
                        QuorumWorld world = world(seed, 3);
                        world.historyMaker(OldVoters::new);
                        changeVoters(world, FAULTY_MS);
                    }
                })
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("does not hold");
    }

    private static QuorumWorld world(long seed, int voters) {
        return new QuorumWorld(seed, voters, NODES - voters, MemoryQuorumStore::new);
    }

    private static VoterAdmin changeVoters(QuorumWorld world, long faultyMs) {
        Simulation simulation = world.simulation();
        long untilMs = simulation.nowMs() + faultyMs;
        VoterAdmin admin = new VoterAdmin(world);
        world.startAll();
        world.proposeEvery(15, untilMs);
        admin.actEvery(60, untilMs);
        causeTrouble(world, admin, simulation.random("trouble"), untilMs);
        simulation.runFor(faultyMs);
        world.healAndDemandProgress();
        assertThat(world.acknowledged())
                .as("a run that commits nothing shows nothing")
                .isNotEmpty();
        admin.demandThatEveryoneCanBecomeAVoter();
        return admin;
    }

    private static void causeTrouble(QuorumWorld world, VoterAdmin admin, Random random, long untilMs) {
        Simulation simulation = world.simulation();
        simulation.scheduler().after(20 + random.nextInt(250), "trouble", () -> {
            if (simulation.nowMs() < untilMs) {
                oneTrouble(world, admin, random);
                causeTrouble(world, admin, random, untilMs);
            }
        });
    }

    private static void oneTrouble(QuorumWorld world, VoterAdmin admin, Random random) {
        SimQuorumNode one = world.node(1 + random.nextInt(NODES));
        SimQuorumNode other = world.node(1 + random.nextInt(NODES));
        switch (random.nextInt(14)) {
            case 0, 1 -> {
                if (one.up()) {
                    one.crash();
                }
            }
            case 2, 3, 4 -> world.startAll();
            case 5 -> world.network().partition(one.id);
            case 6 -> world.network().partition(one.id, other.id);
            case 7 -> world.network().oneWay(one.id, other.id);
            case 8 -> {
                world.network().loss(random.nextDouble() * 0.2);
                world.network().duplication(random.nextDouble() * 0.3);
                world.network().reordering(random.nextDouble() * 0.5);
                world.network().delay(1, 1 + random.nextInt(40));
            }
            case 9 ->
                world.nodes().stream().filter(SimQuorumNode::active).findFirst().ifPresent(leader -> leader.node()
                        .transferLeadership(one.id));
            case 10, 11 -> admin.loseADisk(one);
            default -> world.network().heal();
        }
    }

    /** Believes that the change before is over whenever it is asked (breaks: one change at a time). */
    private static final class NeverUnderWay extends VoterHistory {
        NeverUnderWay(VoterSet initial, StoredVoters stored) {
            super(initial, stored);
        }

        @Override
        boolean settled(long highWatermark) {
            return true;
        }
    }

    /** Goes by the voters before the latest ones for as long as the log has no further change (breaks: latest in the log). */
    private static final class OldVoters extends VoterHistory {
        private VoterSet before;

        OldVoters(VoterSet initial, StoredVoters stored) {
            super(initial, stored);
            before = super.latest();
        }

        @Override
        VoterSet latest() {
            return before == null ? super.latest() : before;
        }

        @Override
        void note(long offset, VoterSet voters) {
            before = super.latest();
            super.note(offset, voters);
        }
    }
}
