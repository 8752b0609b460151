package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.controller.wire.ForwardedAnswer;
import io.millrace.membership.controller.wire.ForwardedCommand;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.record.RecordCodec;
import io.millrace.membership.record.TopicRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Commands of three nodes through controllers that change, messages that are late or lost, and nodes that hear late: what is told
 * of a command is what became of it, nothing is done twice, and in the end everybody has an answer.
 */
class ForwardingSimulationTest {
    private static final int NODES = 3;
    private static final int STEPS = 400;
    private static final long HOUR_MS = 3_600_000;

    static java.util.stream.LongStream seeds() {
        Long one = Long.getLong("millrace.seed");
        return one != null
                ? java.util.stream.LongStream.of(one)
                : java.util.stream.LongStream.range(0, Integer.getInteger("millrace.seeds", 150));
    }

    private record Asked(int node, int epoch, String topic, Future<CreateTopics.Outcome> answer) {}

    /** One process. Thread: the test's. */
    private final class SimNode {
        final int id;
        final SharedLog.Member quorum;
        final MetadataPublisher metadata = new MetadataPublisher();
        final MetadataShell shell;
        final CommandForwarder forwarder;
        private final long[] lastDueMs = new long[NODES + 1];

        SimNode(int id) {
            this.id = id;
            quorum = log.new Member(id);
            ControllerMachine machine = new ControllerMachine(
                    new ControllerOptions("c", id, HOUR_MS),
                    new EffectiveConfigs(ConfigCatalog.get(), id, Map.of()),
                    new SpreadPlacement(),
                    () -> new UUID(random.nextLong(), random.nextLong()));
            shell = new MetadataShell(id, Runnable::run, quorum, machine, metadata, alarm::nowMs, alarm);
            forwarder = new CommandForwarder(id, Runnable::run, shell, this::carry, metadata, alarm);
        }

        private Future<byte[]> carry(int to, byte[] command, long timeoutMs) {
            Promise<byte[]> answer = Promise.promise();
            alarm.set(timeoutMs, () -> answer.tryFail(new RuntimeException("no answer")));
            // Between two nodes nothing overtakes.
            long dueMs = Math.max(lastDueMs[to], alarm.nowMs() + random.nextInt(healed ? 5 : 60));
            lastDueMs[to] = dueMs;
            if (healed || random.nextInt(12) != 0) {
                alarm.set(dueMs - alarm.nowMs(), () -> {
                    ForwardedCommand arrived = ForwardedCommand.decode(command);
                    nodes.get(to - 1).hear(arrived.epoch(), arrived.command(), answer);
                });
            }
            return answer.future();
        }

        private <R> void hear(int epoch, ControllerCommand<R> command, Promise<byte[]> answer) {
            shell.carryOut(epoch, command).onComplete(done -> {
                ForwardedAnswer told;
                if (done.succeeded()) {
                    told = new ForwardedAnswer.Done(
                            command, done.result().offset(), done.result().outcome());
                } else {
                    ControllerException cause = (ControllerException) done.cause();
                    told = cause.isOutcomeUnknown()
                            ? new ForwardedAnswer.Unknown(cause.getMessage())
                            : new ForwardedAnswer.Refused(cause.error(), cause.getMessage());
                }
                byte[] bytes = told.encode();
                underWay(() -> answer.tryComplete(bytes));
            });
        }
    }

    private ManualAlarm alarm;
    private Random random;
    private SharedLog log;
    private List<SimNode> nodes;
    private boolean healed;

    private void underWay(Runnable delivery) {
        if (healed || random.nextInt(12) != 0) {
            alarm.set(random.nextInt(healed ? 5 : 60), delivery);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsToldOfACommandIsWhatBecameOfIt(long seed) {
        begin(seed);
        List<Asked> asked = new ArrayList<>();
        List<Future<AllocateProducerIds.Outcome>> blocks = new ArrayList<>();
        Set<String> seenTooEarly = new HashSet<>();
        for (int step = 0; step < STEPS; step++) {
            SimNode node = nodes.get(random.nextInt(NODES));
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    String topic = "t" + asked.size();
                    int epoch = node.shell.leaderEpoch();
                    Future<CreateTopics.Outcome> answer = node.forwarder.submit(
                            new CreateTopics(List.of(CreateTopics.NewTopic.of(topic, 1, 1, Map.of())), false));
                    asked.add(new Asked(node.id, epoch, topic, answer));
                    answer.onSuccess(outcome -> {
                        if (outcome.topics().get(0).error() == ControllerError.NONE
                                && node.metadata.image().topic(topic) == null) {
                            seenTooEarly.add(topic);
                        }
                    });
                }
                case 3 -> blocks.add(node.forwarder.submit(new AllocateProducerIds(1, brokerEpoch())));
                case 4 -> {
                    if (random.nextInt(6) == 0) {
                        log.elect(node.quorum);
                    }
                }
                case 5, 6, 7 -> node.quorum.hear();
                default -> {
                    node.quorum.activate();
                    node.quorum.commitNext();
                }
            }
            alarm.pass(random.nextInt(40));
        }
        heal();
        check(seed, asked, blocks, seenTooEarly);
    }

    private void begin(long seed) {
        alarm = new ManualAlarm();
        random = new Random(seed);
        log = new SharedLog(random);
        healed = true;
        nodes = new ArrayList<>();
        for (int id = 1; id <= NODES; id++) {
            nodes.add(new SimNode(id));
        }
        log.elect(nodes.get(0).quorum);
        Future<RegisterBroker.Outcome> registered = nodes.get(1)
                .forwarder
                .submit(new RegisterBroker("c", 1, new UUID(1, 1), List.of(), null, List.of(), -1));
        settle(50);
        nodes.get(2)
                .forwarder
                .submit(new BrokerHeartbeat(1, registered.result().brokerEpoch(), HOUR_MS, false, false, List.of()));
        settle(50);
        assertThat(nodes.get(2).metadata.image().broker(1).fenced()).isFalse();
        healed = false;
    }

    private long brokerEpoch() {
        return nodes.get(0).metadata.image().broker(1).epoch();
    }

    private void settle(int rounds) {
        for (int i = 0; i < rounds; i++) {
            nodes.forEach(node -> node.quorum.hear());
            nodes.forEach(node -> {
                node.quorum.activate();
                node.quorum.commitNext();
            });
            alarm.pass(10);
        }
    }

    private void heal() {
        healed = true;
        settle(400);
        alarm.pass(CommandForwarder.DEADLINE_MS);
        settle(50);
    }

    private void check(
            long seed, List<Asked> asked, List<Future<AllocateProducerIds.Outcome>> blocks, Set<String> seenTooEarly) {
        Map<String, SharedLog.Entry> created = new HashMap<>();
        for (SharedLog.Entry entry : log.entries) {
            entry.records().stream().map(RecordCodec::decode).forEach(record -> {
                if (record instanceof TopicRecord topic) {
                    assertThat(created.put(topic.name(), entry))
                            .as("seed %d: %s is created once", seed, topic.name())
                            .isNull();
                }
            });
        }
        int done = 0;
        Map<Integer, SharedLog.Entry> lastOfNode = new HashMap<>();
        for (Asked one : asked) {
            assertThat(one.answer().isComplete())
                    .as("seed %d: %s has an answer", seed, one.topic())
                    .isTrue();
            SharedLog.Entry entry = created.get(one.topic());
            if (one.answer().succeeded()) {
                assertThat(one.answer().result().topics().get(0).error())
                        .as("seed %d: nobody asked for %s before", seed, one.topic())
                        .isEqualTo(ControllerError.NONE);
                assertThat(entry)
                        .as("seed %d: %s was told as done", seed, one.topic())
                        .isNotNull();
                SharedLog.Entry before = lastOfNode.get(one.node());
                if (one.epoch() == entry.epoch()) {
                    lastOfNode.put(one.node(), entry);
                }
                // One that a former controller refused may come after later ones.
                if (before != null && one.epoch() == entry.epoch() && before.epoch() == entry.epoch()) {
                    assertThat(entry.baseOffset())
                            .as("seed %d: %s comes after what node %d asked before", seed, one.topic(), one.node())
                            .isGreaterThan(before.baseOffset());
                }
                done++;
            } else if (!((ControllerException) one.answer().cause()).isOutcomeUnknown()) {
                assertThat(entry)
                        .as("seed %d: %s was told as not done", seed, one.topic())
                        .isNull();
            }
        }
        assertThat(seenTooEarly)
                .as("seed %d: answers before this node knows", seed)
                .isEmpty();
        Set<Long> given = new HashSet<>();
        for (Future<AllocateProducerIds.Outcome> block : blocks) {
            assertThat(block.succeeded())
                    .as("seed %d: a repeatable command is done, not %s", seed, block.cause())
                    .isTrue();
            assertThat(given.add(block.result().firstProducerId()))
                    .as("seed %d: a block is given once", seed)
                    .isTrue();
        }
        assertThat(done).as("seed %d: something is done", seed).isPositive();
    }
}
