package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.Errors;
import io.millrace.sim.InvariantViolation;
import io.millrace.sim.Seeded;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Consumers that come, go, die and are slow, over a network that loses and repeats, before a coordinator that dies with the
 * tail of its log: first nothing may go wrong, then everything must come to rest.
 */
class GroupSimulationTest {
    private static final long FAULTY_MS = 40_000;

    @Seeded(runs = 150)
    void aDozenConsumersComeToRest(long seed) {
        survive(new GroupWorld(seed, 2, 12, SimCoordinator::new), 3_000);
    }

    @Seeded(runs = 5)
    void twoHundredConsumersComeToRest(long seed) {
        survive(new GroupWorld(seed, 8, 200, SimCoordinator::new), 500);
    }

    @Tag("long")
    @Seeded(runs = 10_000, fresh = true)
    void aDozenConsumersComeToRestOverManySeeds(long seed) {
        survive(new GroupWorld(seed, 2, 12, SimCoordinator::new), 3_000);
    }

    @Tag("long")
    @Seeded(runs = 1_000, fresh = true)
    void twoHundredConsumersComeToRestOverManySeeds(long seed) {
        survive(new GroupWorld(seed, 8, 200, SimCoordinator::new), 500);
    }

    @Test
    void theCanaryThatAcknowledgesTooEarlyIsCaught() {
        assertThatThrownBy(() -> manySeeds(AcknowledgesTooEarly::new))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("AcknowledgedCommitsNeverLost does not hold")
                .hasMessageContaining("seed");
    }

    @Test
    void theCanaryThatForgetsGenerationsIsCaught() {
        assertThatThrownBy(() -> manySeeds(ForgetsGenerations::new))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageMatching("(?s).*(ReplayGivesTheSame|OneAssignmentPerGeneration) does not hold.*");
    }

    @Test
    void theFaultsReachTheRareCases() {
        int lives = 0;
        int fenced = 0;
        int zombies = 0;
        int twins = 0;
        for (int seed = 1; seed <= 30; seed++) {
            GroupWorld world = new GroupWorld(seed, 2, 12, SimCoordinator::new);
            survive(world, 3_000);
            lives += world.coordinator().lives();
            zombies += world.refusedCommits(Errors.ILLEGAL_GENERATION) + world.refusedCommits(Errors.UNKNOWN_MEMBER_ID);
            fenced += world.refusedCommits(Errors.FENCED_INSTANCE_ID);
            twins += world.twinsCompared();
        }
        assertThat(lives).as("lives of the coordinator").isGreaterThan(60);
        assertThat(zombies).as("commits of members that were out").isGreaterThan(10);
        assertThat(fenced).as("commits of former lives of static members").isGreaterThan(0);
        assertThat(twins).as("comparisons with a loaded machine").isGreaterThan(60);
    }

    private static void manySeeds(Function<GroupWorld, SimCoordinator> maker) {
        for (int seed = 1; seed <= 100; seed++) {
            survive(new GroupWorld(seed, 2, 12, maker), 3_000);
        }
    }

    private static void survive(GroupWorld world, int troubleEveryMs) {
        Random random = world.simulation().random("trouble");
        long untilMs = world.nowMs() + FAULTY_MS;
        world.start();
        while (world.nowMs() < untilMs) {
            world.simulation().runFor(1 + random.nextInt(2 * troubleEveryMs));
            trouble(world, random);
            if (world.coordinator().up()) {
                world.readAll();
                world.compareWithTwin();
            }
        }
        world.healAndDemandProgress();
    }

    private static void trouble(GroupWorld world, Random random) {
        List<SimConsumer> consumers = world.consumers();
        SimConsumer one = consumers.get(random.nextInt(consumers.size()));
        SimCoordinator coordinator = world.coordinator();
        switch (random.nextInt(14)) {
            case 0, 1 -> {
                if (one.up()) {
                    one.crash();
                }
            }
            case 2, 3, 4 -> {
                if (!one.up()) {
                    one.crash();
                    one.start();
                }
            }
            case 5 -> {
                if (one.up()) {
                    one.leave();
                }
            }
            case 6, 7 -> {
                if (one.up() && !one.isSlow()) {
                    one.beSlow(random.nextInt(20_000));
                }
            }
            case 8 -> {
                if (coordinator.up()) {
                    coordinator.crash();
                }
            }
            case 9, 10 -> {
                if (!coordinator.up()) {
                    coordinator.load();
                }
            }
            case 11 -> {
                if (coordinator.up()) {
                    coordinator.failAppend(
                            random.nextBoolean() ? Errors.NOT_COORDINATOR : Errors.COORDINATOR_NOT_AVAILABLE);
                    coordinator.load();
                }
            }
            case 12 -> coordinator.refuseAppends(random.nextInt(3) == 0);
            default -> {
                world.network().loss(random.nextDouble() * 0.1);
                world.network().duplication(random.nextDouble() * 0.2);
                world.network().reordering(random.nextDouble() * 0.3);
                world.network().delay(1, 1 + random.nextInt(100));
            }
        }
    }

    /** Calls an append committed before it is. */
    private static final class AcknowledgesTooEarly extends SimCoordinator {
        AcknowledgesTooEarly(GroupWorld world) {
            super(world);
        }

        @Override
        public Errors append(long token, List<GroupRecord> records) {
            Errors error = super.append(token, records);
            if (error == Errors.NONE) {
                world.simulation().scheduler().soon("too early", () -> {
                    if (up()) {
                        tellCommitted(token);
                    }
                });
            }
            return error;
        }
    }

    /** Does not load what groups were. */
    private static final class ForgetsGenerations extends SimCoordinator {
        ForgetsGenerations(GroupWorld world) {
            super(world);
        }

        @Override
        void replay(GroupCoordinatorMachine into, GroupRecord record) {
            if (ByteBuffer.wrap(record.key()).getShort() != RecordKey.GROUP_VERSION) {
                super.replay(into, record);
            }
        }
    }
}
