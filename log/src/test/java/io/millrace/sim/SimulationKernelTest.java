package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the kernel of the simulation promises: repeatable order, own random streams, checks after every event. */
class SimulationKernelTest {
    private static final class NeverThree implements Invariant {
        private final List<Integer> seen;

        private NeverThree(List<Integer> seen) {
            this.seen = seen;
        }

        @Override
        public Optional<String> violation() {
            return seen.contains(3) ? Optional.of("three was seen") : Optional.empty();
        }
    }

    @Test
    void theSameSeedGivesTheSameOrder() {
        assertThat(orderOfSimultaneousEvents(7)).isEqualTo(orderOfSimultaneousEvents(7));
    }

    @Test
    void anotherSeedGivesAnotherOrderOfSimultaneousEvents() {
        assertThat(orderOfSimultaneousEvents(7)).isNotEqualTo(orderOfSimultaneousEvents(8));
        assertThat(orderOfSimultaneousEvents(7)).containsExactlyInAnyOrderElementsOf(orderOfSimultaneousEvents(8));
    }

    @Test
    void laterEventsNeverRunBeforeEarlierOnes() {
        Simulation simulation = new Simulation(1);
        List<Integer> seen = new ArrayList<>();
        simulation.scheduler().after(20, "late", () -> seen.add(2));
        simulation.scheduler().after(10, "early", () -> seen.add(1));

        simulation.runUntilIdle();

        assertThat(seen).containsExactly(1, 2);
        assertThat(simulation.clock().elapsedMs()).isEqualTo(20);
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        Simulation simulation = new Simulation(1);
        List<Integer> seen = new ArrayList<>();
        simulation.scheduler().after(10, "cancelled", () -> seen.add(1)).cancel();

        simulation.runFor(100);

        assertThat(seen).isEmpty();
        assertThat(simulation.clock().elapsedMs()).isEqualTo(100);
    }

    @Test
    void aDrawOfOneConsumerDoesNotChangeWhatAnotherDraws() {
        RandomStreams undisturbed = new RandomStreams(5);
        RandomStreams disturbed = new RandomStreams(5);
        disturbed.stream("disk").nextLong();

        assertThat(disturbed.stream("network").nextLong())
                .isEqualTo(undisturbed.stream("network").nextLong());
        assertThat(new RandomStreams(6).stream("network").nextLong())
                .isNotEqualTo(new RandomStreams(5).stream("network").nextLong());
    }

    @Test
    void anInvariantIsCheckedAfterEveryEventAndNamesSeedStepAndTrace() {
        Simulation simulation = new Simulation(42);
        List<Integer> seen = new ArrayList<>();
        simulation.always(new NeverThree(seen));
        for (int i = 1; i <= 5; i++) {
            int value = i;
            simulation.scheduler().after(i, "say " + value, () -> seen.add(value));
        }

        assertThatThrownBy(simulation::runUntilIdle)
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("NeverThree does not hold: three was seen")
                .hasMessageContaining("seed 42, step 3")
                .hasMessageContaining("#2 +2ms say 2")
                .hasMessageContaining("#3 +3ms say 3");
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void aRunThatDoesNotReachItsGoalIsAViolationOfProgress() {
        Simulation simulation = new Simulation(1);

        assertThatThrownBy(() -> simulation.runUntil("something happens", 1_000, () -> false))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("Progress")
                .hasMessageContaining("something happens");
    }

    @Test
    void anOwnerRunsItsTasksInOrderAndOthersInBetween() {
        Simulation simulation = new Simulation(3);
        SimOwner one = new SimOwner(simulation.scheduler(), "one");
        SimOwner other = new SimOwner(simulation.scheduler(), "other");
        List<Integer> ofOne = new ArrayList<>();
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int value = i;
            one.execute(() -> {
                ofOne.add(value);
                all.add(value);
            });
            other.execute(() -> all.add(100 + value));
        }

        simulation.runUntilIdle();

        assertThat(ofOne).isSorted().hasSize(20);
        assertThat(all).hasSize(40);
        assertThat(all.subList(0, 20)).anyMatch(v -> v < 100).anyMatch(v -> v >= 100);
    }

    @Test
    void aStoppedOwnerForgetsWhatWaited() {
        Simulation simulation = new Simulation(3);
        SimOwner owner = new SimOwner(simulation.scheduler(), "node");
        List<Integer> seen = new ArrayList<>();
        owner.execute(() -> seen.add(1));
        owner.execute(owner::stop);
        owner.execute(() -> seen.add(2));

        simulation.runUntilIdle();
        owner.execute(() -> seen.add(3));
        simulation.runUntilIdle();

        assertThat(seen).containsExactly(1);
    }

    @Seeded(runs = 3)
    void aSeededTestGetsItsSeed(long seed) {
        assertThat(new Simulation(seed).seed()).isEqualTo(seed);
    }

    @Test
    void theReplayCommandNamesModuleTestAndSeed() {
        assertThat(Seeds.replayCommand("log", "LifeTest", "survives", 12))
                .contains("-pl log")
                .contains("-Dtest='LifeTest#survives'")
                .contains("-Dmillrace.seed=12");
    }

    private static List<Integer> orderOfSimultaneousEvents(long seed) {
        Simulation simulation = new Simulation(seed);
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int value = i;
            simulation.scheduler().soon("event " + value, () -> seen.add(value));
        }
        simulation.runUntilIdle();
        return seen;
    }
}
