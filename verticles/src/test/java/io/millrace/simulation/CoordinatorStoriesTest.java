package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule V33: a coordinator that others may have replaced answers nothing from what it knew. Somebody asks one coordinator a
 * hundred times a second what its group has committed, whoever leads by then; the group goes on elsewhere.
 *
 * <p>Thread: the test's.
 */
class CoordinatorStoriesTest {
    private static final String GROUP = "g0";
    private static final int DOUBTER = 900;
    private static final long ASKS_EVERY_MS = 10;
    private static final long WITHIN_MS = 30_000;
    private static final long SETTLES_MS = 6_000;
    private static final long FAULT_MS = 6_000;
    private static final short FETCH_VERSION = 9;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsCutOffFromTheOthersAndNotFromItsClients(boolean controllerToo) {
        tell(controllerToo, (doubter, coordinator) -> {
            doubter.world.brokers().forEach(other -> doubter.world.network().cut(coordinator.id(), other.id()));
            doubter.world.simulation().runFor(FAULT_MS);
            doubter.world.network().heal();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoStoodStillAndFindsQuestionsInItsQueue(boolean controllerToo) {
        tell(controllerToo, (doubter, coordinator) -> {
            coordinator.pause();
            doubter.world.simulation().runFor(FAULT_MS);
            doubter.world.network().heal();
            coordinator.goOn();
        });
    }

    /** A probe that is not answered makes nobody lead before the session is over. */
    @Test
    void whoIsCutOffWhileOthersTakeItForDead() {
        tell(false, (doubter, coordinator) -> {
            ClusterWorld world = doubter.world;
            world.brokers().forEach(other -> world.network().cut(coordinator.id(), other.id()));
            for (int round = 0; round < FAULT_MS / 100; round++) {
                world.brokers().forEach(other -> other.life().suspect(coordinator.id()));
                world.simulation().runFor(100);
            }
            world.network().heal();
        });
    }

    /** What happens to a coordinator. */
    private interface Fault {
        void befalls(Doubter doubter, SimBroker coordinator);
    }

    private static void tell(boolean controllerToo, Fault fault) {
        ClusterWorld world = new ClusterWorld(3, false);
        try (SimErrors errors = new SimErrors()) {
            world.simulation().always(errors);
            world.begin();
            world.simulation().runFor(SETTLES_MS);
            SimBroker coordinator = coordinator(world);
            giveQuorum(world, coordinator, controllerToo);
            long committed = world.groupLedger().acknowledged(GROUP);
            Doubter doubter = new Doubter(world, coordinator);
            world.simulation().runFor(1_000);
            assertThat(doubter.told()).as("answers before").isPositive();

            // Else a commit that nobody acknowledges any more would hold the answers back.
            for (int member = 0; member < ClusterWorld.MEMBERS; member++) {
                world.network().cut(coordinator.id(), ClusterWorld.FIRST_MEMBER + member);
            }
            world.simulation().runFor(500);
            fault.befalls(doubter, coordinator);

            assertThat(coordinator(world)).as("another one").isNotSameAs(coordinator);
            world.simulation().runFor(SETTLES_MS);
            assertThat(world.groupLedger().acknowledged(GROUP))
                    .as("commits taken meanwhile")
                    .isGreaterThan(committed + 3);
            doubter.stop();
            world.healAndDemandProgress();
        } finally {
            world.end();
        }
    }

    private static SimBroker coordinator(ClusterWorld world) {
        TopicImage topic = world.newestImage().topic(OffsetsTopic.NAME);
        return world.broker(topic.partition(OffsetsTopic.partitionOf(GROUP, topic.partitionCount()))
                .leader());
    }

    private static void giveQuorum(ClusterWorld world, SimBroker coordinator, boolean toIt) {
        int to = toIt ? coordinator.id() : coordinator.id() % ClusterWorld.NODES + 1;
        for (SimBroker broker : world.brokers()) {
            if (broker.id() != to && broker.life().leadsQuorum()) {
                broker.life().quorum().transferLeadership(to);
            }
        }
        world.simulation().runUntil("node " + to + " leads the quorum", WITHIN_MS, () -> world.brokers().stream()
                .allMatch(broker -> broker.life().quorum().leaderId().equals(OptionalInt.of(to))));
        world.simulation().runFor(1_000);
    }

    /** Asks, and compares every answer with what had been acknowledged when it asked. */
    private static final class Doubter {
        private final ClusterWorld world;
        private final SimBroker coordinator;
        private final Map<Long, Consumer<SimMessage.Answer>> waiting = new HashMap<>();
        private long told;
        private boolean stopped;

        private Doubter(ClusterWorld world, SimBroker coordinator) {
            this.world = world;
            this.coordinator = coordinator;
            world.network().join(DOUBTER, (from, message) -> {
                if (message instanceof SimMessage.Answer answer) {
                    waiting.remove(answer.request()).accept(answer);
                }
            });
            ask();
        }

        private void ask() {
            if (stopped) {
                return;
            }
            long began = world.groupLedger().now();
            long id = world.nextStamp();
            waiting.put(id, answer -> compare(answer, began));
            OffsetFetchRequestGroup question =
                    new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null);
            world.network().send(DOUBTER, coordinator.id(), new SimMessage.Ask(id, question, FETCH_VERSION));
            world.simulation().scheduler().after(ASKS_EVERY_MS, "doubter", this::ask);
        }

        private void compare(SimMessage.Answer answer, long began) {
            if (answer.error() != Errors.NONE || ((OffsetFetchResponseGroup) answer.body()).errorCode() != 0) {
                return;
            }
            told++;
            Map<Integer, Long> values = new HashMap<>();
            ((OffsetFetchResponseGroup) answer.body()).topics().forEach(topic -> topic.partitions()
                    .forEach(row -> values.put(row.partitionIndex(), row.committedOffset())));
            for (int partition = 0; partition < SimMember.PARTITIONS; partition++) {
                long value = values.getOrDefault(partition, -1L);
                world.groupLedger().read(GROUP, partition, value, began, Integer.MAX_VALUE);
            }
        }

        private long told() {
            return told;
        }

        private void stop() {
            stopped = true;
            world.network().leave(DOUBTER);
        }
    }
}
