package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Assignor;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One group, whose members come in through different doors. */
@Timeout(90)
class SharedGroupTest {
    private static final int PARTITIONS = 4;
    private static final int SESSION_MS = 6_000;
    /** How soon a member hears that the group changes. */
    private static final int HEARTBEAT_MS = 200;

    @TempDir
    static Path data;

    private static DoorBroker node;

    @BeforeAll
    static void start() {
        node = new DoorBroker(
                data,
                Map.of(
                        "group.initial.rebalance.delay.ms", "100",
                        "offsets.topic.num.partitions", "3",
                        "offsets.topic.replication.factor", "1"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String topic() throws Exception {
        String name = "t" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        return name;
    }

    /** Kafka's own consumer, polled by a thread until it is told to close, or to fall silent. */
    private static final class Theirs implements AutoCloseable {
        final Set<Integer> partitions = new ConcurrentSkipListSet<>();
        final BlockingQueue<String> values = new LinkedBlockingQueue<>();
        final BlockingQueue<Set<Integer>> assignments = new LinkedBlockingQueue<>();
        /** What it was asked to give back, each time that it was anything. */
        final BlockingQueue<Set<Integer>> revoked = new LinkedBlockingQueue<>();

        private final AtomicBoolean running = new AtomicBoolean(true);
        private final Thread thread;

        Theirs(String group, String topic) {
            this(group, topic, null);
        }

        /** @param assignors names of Kafka's classes; null: its defaults */
        Theirs(String group, String topic, String assignors) {
            thread = new Thread(() -> run(group, topic, assignors), "kafka-consumer");
            thread.start();
        }

        private void run(String group, String topic, String assignors) {
            Map<String, Object> settings = new HashMap<>();
            settings.put("bootstrap.servers", node.bootstrap());
            settings.put("group.id", group);
            settings.put("auto.offset.reset", "earliest");
            settings.put("session.timeout.ms", SESSION_MS);
            settings.put("heartbeat.interval.ms", HEARTBEAT_MS);
            if (assignors != null) {
                settings.put("partition.assignment.strategy", assignors);
            }
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
                    @Override
                    public void onPartitionsRevoked(Collection<org.apache.kafka.common.TopicPartition> partitions) {
                        if (!partitions.isEmpty()) {
                            revoked.add(partitions.stream()
                                    .map(one -> one.partition())
                                    .collect(Collectors.toSet()));
                        }
                    }

                    @Override
                    public void onPartitionsAssigned(Collection<org.apache.kafka.common.TopicPartition> partitions) {
                        // The loop looks at the whole assignment.
                    }
                });
                while (running.get()) {
                    consumer.poll(Duration.ofMillis(50))
                            .forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
                    Set<Integer> now = new TreeSet<>();
                    consumer.assignment().forEach(one -> now.add(one.partition()));
                    if (!now.equals(partitions)) {
                        partitions.clear();
                        partitions.addAll(now);
                        assignments.add(now);
                    }
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            running.set(false);
            thread.join(20_000);
        }
    }

    /** Our consumer, and what it was told. */
    private static final class Ours {
        final LogConsumer consumer;
        final BlockingQueue<Set<Integer>> assignments = new LinkedBlockingQueue<>();
        final BlockingQueue<String> values = new LinkedBlockingQueue<>();
        final BlockingQueue<Set<Integer>> revoked = new LinkedBlockingQueue<>();

        Ours(String group, ConsumerOptions options) {
            consumer = LogClient.of(node.vertx())
                    .consumer(options.groupId(group)
                            .autoOffsetReset(OffsetReset.EARLIEST)
                            .heartbeatMs(HEARTBEAT_MS)
                            .sessionTimeoutMs(SESSION_MS));
            consumer.partitionsAssignedHandler(partitions -> assignments.add(numbers(partitions)));
            consumer.partitionsRevokedHandler(partitions -> {
                revoked.add(numbers(partitions));
                return Future.succeededFuture();
            });
            consumer.handler(record -> values.add(record.valueText()));
        }

        private static Set<Integer> numbers(Set<TopicPartition> partitions) {
            Set<Integer> numbers = new TreeSet<>();
            partitions.forEach(one -> numbers.add(one.partition()));
            return numbers;
        }
    }

    private static Set<Integer> until(BlockingQueue<Set<Integer>> assignments, int size) throws InterruptedException {
        Set<Integer> last;
        do {
            last = assignments.poll(30, TimeUnit.SECONDS);
            assertThat(last).as("an assignment of " + size + " partitions").isNotNull();
        } while (last.size() != size);
        return last;
    }

    private static void produce(String topic, String prefix, int count) {
        LogProducer producer = LogClient.of(node.vertx()).producer(new ProducerOptions());
        List<Future<Void>> written = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            written.add(producer.write(LogRecord.of(topic, null, prefix + i).partition(i % PARTITIONS)));
        }
        await(producer.end());
        written.forEach(DoorBroker::await);
    }

    private static Set<String> take(int count, BlockingQueue<String>... from) throws InterruptedException {
        Set<String> values = new TreeSet<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (values.size() < count && System.nanoTime() < deadline) {
            for (BlockingQueue<String> queue : from) {
                String value = queue.poll(20, TimeUnit.MILLISECONDS);
                if (value != null) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    @Test
    @SuppressWarnings("unchecked")
    void aJavaConsumerAndOursSharePartitionsAndTakeOverFromEachOther() throws Exception {
        String topic = topic();
        String group = "shared-" + topic;
        try (Theirs theirs = new Theirs(group, topic)) {
            until(theirs.assignments, PARTITIONS);

            // When ours joins, each has half
            Ours ours = new Ours(group, new ConsumerOptions());
            await(ours.consumer.subscribe(List.of(topic)));
            Set<Integer> mine = until(ours.assignments, 2);
            Set<Integer> other = until(theirs.assignments, 2);
            assertThat(mine).doesNotContainAnyElementsOf(other);
            produce(topic, "a", 40);
            assertThat(take(40, ours.values, theirs.values)).hasSize(40);

            // When ours leaves, theirs has all again, and goes on where ours had come to
            await(ours.consumer.close());
            until(theirs.assignments, PARTITIONS);
            produce(topic, "b", 40);
            assertThat(take(40, theirs.values)).hasSize(40).allMatch(value -> value.startsWith("b"));

            // When ours comes back and theirs leaves, the same the other way round
            Ours again = new Ours(group, new ConsumerOptions());
            await(again.consumer.subscribe(List.of(topic)));
            until(again.assignments, 2);
            theirs.close();
            until(again.assignments, PARTITIONS);
            produce(topic, "c", 40);
            assertThat(take(40, again.values)).hasSize(40).allMatch(value -> value.startsWith("c"));
            await(again.consumer.close());
        }
    }

    /** The leader of some five hundred members, or a member of some hundred topics. */
    @Test
    @SuppressWarnings("unchecked")
    void aMemberWhoseRequestsAreLargerThanTheCreditOfItsSessionJoinsAndReads() throws Exception {
        String topic = topic();
        List<String> topics = new ArrayList<>(List.of(topic));
        for (int i = 0; i < 300; i++) {
            topics.add("no topic has such a name " + i + "x".repeat(220));
        }
        Ours ours = new Ours("large-" + topic, new ConsumerOptions());

        await(ours.consumer.subscribe(topics));

        until(ours.assignments, PARTITIONS);
        produce(topic, "a", 40);
        assertThat(take(40, ours.values)).hasSize(40);
        await(ours.consumer.close());
    }

    @Test
    void whatWasCommittedByHandIsWhereTheNextMemberGoesOn() throws Exception {
        String topic = topic();
        String group = "manual-" + topic;
        produce(topic, "v", 40);
        TopicPartition first = new TopicPartition(topic, 0);
        Ours one = new Ours(group, new ConsumerOptions().autoCommit(false));
        await(one.consumer.subscribe(List.of(topic)));
        take(40, one.values);

        await(one.consumer.commit(Map.of(first, 7L)));
        assertThat(await(one.consumer.committed(List.of(first, new TopicPartition(topic, 1)))))
                .containsExactly(Map.entry(first, 7L));
        await(one.consumer.close());

        Ours two = new Ours(group, new ConsumerOptions().autoCommit(false));
        await(two.consumer.subscribe(List.of(topic)));
        // Three records of partition 0 are left (7, 8, 9), and all of the other three partitions
        assertThat(take(33, two.values))
                .hasSize(33)
                .contains("v28", "v32", "v36")
                .doesNotContain("v0", "v24");
        await(two.consumer.close());
    }

    @Test
    void aMemberIsAskedToFinishBeforeItsPartitionsGo() throws Exception {
        String topic = topic();
        String group = "polite-" + topic;
        BlockingQueue<Integer> revoked = new LinkedBlockingQueue<>();
        Ours one = new Ours(group, new ConsumerOptions());
        one.consumer.partitionsRevokedHandler(partitions -> {
            revoked.add(partitions.size());
            return node.vertx().timer(20).mapEmpty();
        });
        await(one.consumer.subscribe(List.of(topic)));
        until(one.assignments, PARTITIONS);

        Ours two = new Ours(group, new ConsumerOptions());
        await(two.consumer.subscribe(List.of(topic)));

        assertThat(revoked.poll(20, TimeUnit.SECONDS)).isEqualTo(PARTITIONS);
        until(one.assignments, 2);
        until(two.assignments, 2);
        await(one.consumer.close());
        until(two.assignments, PARTITIONS);
        await(two.consumer.close());
    }

    @ParameterizedTest
    @CsvSource({"ROUND_ROBIN,RoundRobinAssignor", "STICKY,StickyAssignor"})
    void anyOfKafkasAssignorsServesAMixedGroupWhoeverLeadsIt(Assignor mine, String theirsName) throws Exception {
        String topic = topic();
        String group = mine + "-" + topic;
        String kafkas = "org.apache.kafka.clients.consumer." + theirsName;
        Ours ours = new Ours(group, new ConsumerOptions().assignors(mine));
        await(ours.consumer.subscribe(List.of(topic)));
        until(ours.assignments, PARTITIONS);

        // Ours leads
        try (Theirs theirs = new Theirs(group, topic, kafkas)) {
            Set<Integer> half = until(theirs.assignments, PARTITIONS / 2);
            assertThat(until(ours.assignments, PARTITIONS / 2)).doesNotContainAnyElementsOf(half);
            await(ours.consumer.close());
            until(theirs.assignments, PARTITIONS);

            // Theirs leads
            Ours again = new Ours(group, new ConsumerOptions().assignors(mine));
            await(again.consumer.subscribe(List.of(topic)));
            half = until(again.assignments, PARTITIONS / 2);
            assertThat(until(theirs.assignments, PARTITIONS / 2)).doesNotContainAnyElementsOf(half);
            produce(topic, mine.name(), 40);
            assertThat(take(40, again.values, theirs.values)).hasSize(40);
            await(again.consumer.close());
        }
    }

    @Test
    void inACooperativeGroupOnlyWhatMovesIsGivenBackWhoeverLeadsIt() throws Exception {
        String topic = topic();
        String group = "cooperative-" + topic;
        String kafkas = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
        ConsumerOptions cooperative = new ConsumerOptions().assignors(Assignor.COOPERATIVE_STICKY);
        Ours ours = new Ours(group, cooperative);
        await(ours.consumer.subscribe(List.of(topic)));
        assertThat(until(ours.assignments, PARTITIONS)).hasSize(PARTITIONS);

        try (Theirs theirs = new Theirs(group, topic, kafkas)) {
            // Ours leads, and gives back two; the other two it has read all the time
            Set<Integer> moved = until(theirs.assignments, PARTITIONS / 2);
            assertThat(ours.revoked.poll(20, TimeUnit.SECONDS)).isEqualTo(moved);
            assertThat(numbers(ours)).hasSize(2).doesNotContainAnyElementsOf(moved);
            produce(topic, "a", 40);
            assertThat(take(40, ours.values, theirs.values)).hasSize(40);

            // Ours leaves: theirs gets two more and gives back nothing
            await(ours.consumer.close());
            until(theirs.assignments, PARTITIONS);
            assertThat(theirs.revoked).isEmpty();
            produce(topic, "b", 40);
            assertThat(take(40, theirs.values)).hasSize(40).allMatch(value -> value.startsWith("b"));

            // Theirs leads, and gives back two
            Ours again = new Ours(group, cooperative);
            await(again.consumer.subscribe(List.of(topic)));
            Set<Integer> back = until(again.assignments, PARTITIONS / 2);
            assertThat(theirs.revoked.poll(20, TimeUnit.SECONDS)).isEqualTo(back);
            produce(topic, "c", 40);
            assertThat(take(40, again.values, theirs.values)).hasSize(40).allMatch(value -> value.startsWith("c"));
            theirs.close();
            until(again.assignments, PARTITIONS / 2);
            assertThat(numbers(again)).hasSize(PARTITIONS);
            assertThat(again.revoked).isEmpty();
            produce(topic, "d", 40);
            assertThat(take(40, again.values)).hasSize(40).allMatch(value -> value.startsWith("d"));
            await(again.consumer.close());
        }
    }

    private static Set<Integer> numbers(Ours ours) {
        return Ours.numbers(await(ours.consumer.assignment()));
    }

    @Test
    void aMemberWithTheDefaultsFollowsAGroupThatMovesToTheCooperativeAssignor() throws Exception {
        String topic = topic();
        String group = "moving-" + topic;
        Ours ours = new Ours(group, new ConsumerOptions());
        await(ours.consumer.subscribe(List.of(topic)));
        until(ours.assignments, PARTITIONS);

        try (Theirs theirs = new Theirs(group, topic, "org.apache.kafka.clients.consumer.CooperativeStickyAssignor")) {
            Set<Integer> half = until(theirs.assignments, PARTITIONS / 2);
            assertThat(until(ours.assignments, PARTITIONS / 2)).doesNotContainAnyElementsOf(half);
        }
        until(ours.assignments, PARTITIONS);
        await(ours.consumer.close());
    }

    @Test
    void aConsumerThatIsClosedWhileItJoinsLeavesNoMemberBehind() throws Exception {
        String topic = topic();
        String group = "hasty-" + topic;
        int sessionsBefore = node.sessions();
        Ours hasty = new Ours(group, new ConsumerOptions());
        hasty.consumer.subscribe(List.of(topic));

        await(hasty.consumer.close());

        assertThat(node.sessions()).isEqualTo(sessionsBefore);
        Ours next = new Ours(group, new ConsumerOptions());
        await(next.consumer.subscribe(List.of(topic)));
        until(next.assignments, PARTITIONS);
        await(next.consumer.close());
    }

    @Test
    void whoeverIsToldOfPartitionsMayMoveToAnyPlaceInThem() throws Exception {
        String topic = topic();
        produce(topic, "v", 40);
        Ours ours = new Ours("seeking-" + topic, new ConsumerOptions());
        ours.consumer.partitionsAssignedHandler(
                partitions -> partitions.forEach(partition -> ours.consumer.seek(partition, 9)));

        await(ours.consumer.subscribe(List.of(topic)));

        assertThat(take(4, ours.values)).containsExactlyInAnyOrder("v36", "v37", "v38", "v39");
        await(ours.consumer.close());
    }
}
