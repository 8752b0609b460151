package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Java's and librdkafka's consumers come, go and crash in one group, and the node is killed under them. When it settles
 * every partition has exactly one owner, and no commit that was acknowledged is lost.
 *
 * <p>Thread: one per Java consumer, the producer's and the test's; librdkafka's are processes.
 */
@Tag("full")
@Timeout(240)
class GroupStormTest {
    private static final int PARTITIONS = 12;
    private static final int MOST_MEMBERS = 20;
    private static final Map<String, String> SETTINGS = Map.of(
            "group.initial.rebalance.delay.ms", "100",
            "group.min.session.timeout.ms", "300",
            "offsets.topic.num.partitions", "3");

    private final long seed = Long.getLong("millrace.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final CommitLedger ledger = new CommitLedger();
    private final List<StormMember> javas = new ArrayList<>();
    private final List<StormMember> gone = new ArrayList<>();
    private final List<Process> kcats = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int serial;

    @Test
    void whenAStormSettlesEveryPartitionHasOneOwnerAndNoCommitIsLost() throws Exception {
        String kcat = TestTools.executable("/usr/bin/kcat").toString();
        try (Broker broker = Brokers.startOurs(SETTINGS);
                Side side = Brokers.side(broker)) {
            Topic topic = side.topicNamed("storm", PARTITIONS, Map.of());
            Thread producer = produce(broker, topic);
            long end = System.nanoTime() + Integer.getInteger("millrace.storm.seconds", 20) * 1_000_000_000L;
            try {
                while (System.nanoTime() < end) {
                    storm(broker.bootstrap(), kcat);
                    LockSupport.parkNanos((50 + random.nextInt(300)) * 1_000_000L);
                }
                while (javas.size() > 6) {
                    leave(javas.size() - 1);
                }
                while (javas.size() < 3) {
                    joinJava(broker.bootstrap());
                }
                while (kcats.size() < 2) {
                    joinKcat(broker.bootstrap(), kcat);
                }
                while (kcats.size() > 2) {
                    kcats.remove(0).destroyForcibly();
                }
                requireOneOwnerEach(side, javas.size() + kcats.size());
                int before = ledger.count();
                await("commits go on", () -> ledger.count() > before + 20);
            } finally {
                stopped.set(true);
                producer.join(10_000);
                kcats.forEach(Process::destroyForcibly);
                while (!javas.isEmpty()) {
                    leave(0);
                }
            }
            for (StormMember member : gone) {
                member.join();
            }
            requireNothingLost(side, "storm");
            System.out.printf(
                    "%d Java members, %d commits acknowledged, none lost, seed %d%n",
                    gone.size(), ledger.count(), seed);
        }
    }

    /** One thing happens: somebody comes, goes or crashes. */
    private void storm(String bootstrap, String kcat) throws IOException {
        int members = javas.size() + kcats.size();
        int dice = random.nextInt(10);
        if (members == 0 || members < MOST_MEMBERS && dice < 6) {
            if (dice < 2) {
                joinKcat(bootstrap, kcat);
            } else {
                joinJava(bootstrap);
            }
        } else if (!kcats.isEmpty() && (dice == 6 || javas.isEmpty())) {
            Process process = kcats.remove(random.nextInt(kcats.size()));
            if (random.nextBoolean()) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
        } else if (!javas.isEmpty()) {
            int index = random.nextInt(javas.size());
            if (dice < 9) {
                leave(index);
            } else {
                StormMember member = javas.remove(index);
                member.crash();
                gone.add(member);
            }
        }
    }

    private void joinJava(String bootstrap) {
        javas.add(new StormMember(bootstrap, "storm", "storm", "java-" + serial++, ledger));
    }

    private void joinKcat(String bootstrap, String kcat) throws IOException {
        kcats.add(new ProcessBuilder(
                        kcat,
                        "-b",
                        bootstrap,
                        "-q",
                        "-X",
                        "session.timeout.ms=2000",
                        "-X",
                        "heartbeat.interval.ms=300",
                        "-X",
                        "auto.commit.interval.ms=100",
                        "-X",
                        "auto.offset.reset=earliest",
                        "-X",
                        "client.id=kcat-" + serial++,
                        "-G",
                        "storm",
                        "storm")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void leave(int index) {
        StormMember member = javas.remove(index);
        member.leave();
        gone.add(member);
    }

    private Thread produce(Broker broker, Topic topic) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped.get()) {
                        try (WireClient client = WireClient.to(broker.port())) {
                            while (!stopped.get()) {
                                for (int partition = 0; partition < PARTITIONS; partition++) {
                                    client.ask(Requests.produce(topic, partition, Batches.values("a", "b")), 9);
                                }
                                LockSupport.parkNanos(20_000_000);
                            }
                        } catch (IOException e) {
                            // The node is being killed: it comes back.
                            LockSupport.parkNanos(50_000_000);
                        } catch (Throwable e) {
                            failure.compareAndSet(null, e);
                            return;
                        }
                    }
                },
                "producer");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertThat(failure.get()).as("seed %d", seed).isNull();
            assertThat(System.nanoTime()).as("%s, seed %d", what, seed).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void requireOneOwnerEach(Side side, int members) throws Exception {
        await("all " + members + " members own every partition once", () -> {
            ConsumerGroupDescription group = describe(side);
            List<TopicPartition> owned = group.members().stream()
                    .flatMap(member -> member.assignment().topicPartitions().stream())
                    .toList();
            return group.groupState() == GroupState.STABLE
                    && group.members().size() == members
                    && owned.size() == PARTITIONS
                    && owned.stream().distinct().count() == PARTITIONS;
        });
    }

    private static ConsumerGroupDescription describe(Side side) throws Exception {
        return side.admin().describeConsumerGroups(List.of("storm")).all().get().get("storm");
    }

    private void requireNothingLost(Side side, String group) throws InterruptedException, ExecutionException {
        assertThat(ledger.losses()).as("seed %d", seed).isEmpty();
        // First what was acknowledged: the members may go on meanwhile.
        Map<TopicPartition, Long> acknowledged = ledger.all();
        assertThat(acknowledged).isNotEmpty();
        Map<TopicPartition, OffsetAndMetadata> committed = side.admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        acknowledged.forEach((partition, offset) -> assertThat(committed.get(partition))
                .as("%s: %d was acknowledged, seed %d", partition, offset, seed)
                .satisfies(found -> assertThat(found.offset()).isGreaterThanOrEqualTo(offset)));
    }

    @Test
    void committedOffsetsAreThereAfterTheNodeWasKilled() throws Exception {
        try (Broker broker = Brokers.startOurs(SETTINGS);
                Side side = Brokers.side(broker)) {
            Topic topic = side.topicNamed("storm", PARTITIONS, Map.of());
            Thread producer = produce(broker, topic);
            try {
                for (int i = 0; i < 3; i++) {
                    joinJava(broker.bootstrap());
                }
                for (int kill = 0; kill < 4; kill++) {
                    int before = ledger.count();
                    await("commits go on", () -> ledger.count() > before + 20 + random.nextInt(30));
                    broker.kill();
                    broker.startAgain();
                    requireNothingLost(side, "storm");
                }
                int before = ledger.count();
                await("commits go on", () -> ledger.count() > before + 30);
            } finally {
                stopped.set(true);
                producer.join(10_000);
                while (!javas.isEmpty()) {
                    leave(0);
                }
            }
            for (StormMember member : gone) {
                member.join();
            }
            requireNothingLost(side, "storm");
            System.out.printf("4 kills, %d commits acknowledged, none lost, seed %d%n", ledger.count(), seed);
        }
    }
}
