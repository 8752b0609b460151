package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule V33: a coordinator that others may have replaced answers nothing from what it knew. Somebody asks one coordinator a
 * hundred times a second what a group has committed, whoever leads by then, and commits for it with whoever leads now.
 *
 * <p>Thread: the test's.
 */
class CoordinatorStoriesTest {
    private static final String GROUP = "alone";
    private static final String TOPIC = "t";
    private static final int ASKING = 900;
    private static final int COMMITTING = 901;
    private static final long ASKS_EVERY_MS = 10;
    private static final long COMMITS_EVERY_MS = 50;
    private static final short COMMIT_VERSION = 9;
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

    /** It hears of nothing, and may answer until its lease has run out: nobody else leads before. */
    @Test
    void whoIsUnregisteredWhileItIsCutOff() {
        tell(false, (doubter, coordinator) -> {
            ClusterWorld world = doubter.world;
            world.brokers().forEach(other -> world.network().cut(coordinator.id(), other.id()));
            world.brokers().stream()
                    .filter(other -> other != coordinator)
                    .findAny()
                    .orElseThrow()
                    .life()
                    .gateway()
                    .submit(new UnregisterBroker(coordinator.id()));
            world.simulation().runFor(FAULT_MS);
            world.network().heal();
        });
    }

    /** Its leaderships move while it lives, and it is back at once. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsUnregisteredThoughItLives(boolean controllerToo) {
        tell(controllerToo, (doubter, coordinator) -> {
            ClusterWorld world = doubter.world;
            world.network().delay(1, 40);
            long before = world.newestImage().broker(coordinator.id()).epoch();
            world.admin().unregistering().unregister(coordinator.id());
            world.simulation()
                    .runUntil(
                            "it is unregistered",
                            WITHIN_MS,
                            () -> world.admin().unregistering().done() == 1);
            world.simulation().runUntil("it is registered again", WITHIN_MS, () -> {
                BrokerImage now = world.newestImage().broker(coordinator.id());
                return now != null && now.epoch() > before && now.isActive();
            });
            world.simulation().runFor(500);
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
            // A record that nobody acknowledges any more would have groups loaded again,
            // and nothing answered meanwhile.
            while (world.clients().anyMember(new Random(0), true, SimMember::crash)) {}
            world.simulation().runFor(SETTLES_MS);
            SimBroker coordinator = coordinator(world);
            giveQuorum(world, coordinator, controllerToo);
            Doubter doubter = new Doubter(world, coordinator);
            world.simulation().runFor(1_000);
            assertThat(doubter.told).as("answers before").isPositive();

            world.network().cut(coordinator.id(), COMMITTING);
            world.simulation().runFor(500);
            long committed = doubter.acknowledged;
            fault.befalls(doubter, coordinator);

            assertThat(coordinator(world)).as("another one").isNotSameAs(coordinator);
            assertThat(doubter.acknowledged).as("it went on elsewhere").isGreaterThan(committed);
            long told = doubter.told;
            world.simulation().runFor(SETTLES_MS);
            assertThat(doubter.told).as("whoever leads in the end answers").isGreaterThanOrEqualTo(told);
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

    /** Commits rising numbers, and compares every answer with what had been acknowledged when it asked. */
    private static final class Doubter {
        private final ClusterWorld world;
        private final SimBroker coordinator;
        private final Map<Long, Consumer<SimMessage.Answer>> waiting = new HashMap<>();
        private long acknowledged = -1;
        private long told;

        private Doubter(ClusterWorld world, SimBroker coordinator) {
            this.world = world;
            this.coordinator = coordinator;
            world.network().join(ASKING, this::receive);
            world.network().join(COMMITTING, this::receive);
            commit();
            ask();
        }

        private void receive(int from, SimMessage message) {
            if (message instanceof SimMessage.Answer answer && answer.error() == Errors.NONE) {
                waiting.remove(answer.request()).accept(answer);
            }
        }

        private void commit() {
            long value = world.nextStamp();
            OffsetCommitRequestData request = new OffsetCommitRequestData()
                    .setGroupId(GROUP)
                    .setTopics(List.of(new OffsetCommitRequestTopic()
                            .setName(TOPIC)
                            .setPartitions(List.of(new OffsetCommitRequestPartition()
                                    .setPartitionIndex(0)
                                    .setCommittedOffset(value)
                                    .setCommittedMetadata("")))));
            send(COMMITTING, coordinator(world).id(), request, COMMIT_VERSION, answer -> {
                OffsetCommitResponseData said = (OffsetCommitResponseData) answer.body();
                if (said.topics().get(0).partitions().get(0).errorCode() == 0) {
                    acknowledged = Math.max(acknowledged, value);
                }
            });
            world.simulation().scheduler().after(COMMITS_EVERY_MS, "doubter", this::commit);
        }

        private void ask() {
            long known = acknowledged;
            OffsetFetchRequestGroup question =
                    new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null);
            send(ASKING, coordinator.id(), question, FETCH_VERSION, answer -> compare(answer, known));
            world.simulation().scheduler().after(ASKS_EVERY_MS, "doubter", this::ask);
        }

        private void send(int from, int to, Object body, short version, Consumer<SimMessage.Answer> onAnswer) {
            long id = world.nextStamp();
            waiting.put(id, onAnswer);
            world.network().send(from, to, new SimMessage.Ask(id, body, version));
        }

        private void compare(SimMessage.Answer answer, long known) {
            OffsetFetchResponseGroup said = (OffsetFetchResponseGroup) answer.body();
            if (said.errorCode() != 0) {
                return;
            }
            told++;
            long value = said.topics().isEmpty()
                    ? -1
                    : said.topics().get(0).partitions().get(0).committedOffset();
            assertThat(value).as("what is committed").isGreaterThanOrEqualTo(known);
        }
    }
}
