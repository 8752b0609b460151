package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an administrator does, through the Java Admin client: topics, partitions, records, log directories.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class AdminTest {
    private final BothBrokers both;

    AdminTest(BothBrokers both) {
        this.both = both;
    }

    private static List<String> created(Admin admin, Side side, CreateTopicsOptions options, NewTopic... topics)
            throws Exception {
        CreateTopicsResult result = admin.createTopics(List.of(topics), options);
        List<String> answers = new ArrayList<>();
        for (NewTopic topic : topics) {
            Object error = Side.outcome(result.values().get(topic.name()));
            String label = side.normal(topic.name());
            answers.add(
                    error == null
                            ? label + ": " + result.numPartitions(topic.name()).get() + "/"
                                    + result.replicationFactor(topic.name()).get() + " configs "
                                    + result.config(topic.name())
                                            .get()
                                            .entries()
                                            .size()
                            : label + ": " + error);
        }
        return answers;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void topicsAreCreatedOrRefusedAlike(boolean validateOnly) throws Exception {
        both.same("H.77", side -> {
            Admin admin = side.admin();
            CreateTopicsOptions options = new CreateTopicsOptions().validateOnly(validateOnly);
            String plain = side.uniqueName("plain");
            List<String> answers = created(
                    admin,
                    side,
                    options,
                    new NewTopic(plain, 3, (short) 1),
                    new NewTopic(side.uniqueName("defaults"), java.util.Optional.empty(), java.util.Optional.empty()),
                    new NewTopic(side.uniqueName("noPartitions"), 0, (short) 1),
                    new NewTopic(side.uniqueName("negative"), -5, (short) 1),
                    new NewTopic(side.uniqueName("noReplica"), 1, (short) 0),
                    new NewTopic(side.uniqueName("tooManyReplicas"), 1, (short) 3),
                    new NewTopic(side.uniqueName("assigned"), Map.of(0, List.of(1), 1, List.of(1))),
                    new NewTopic(side.uniqueName("nowhere"), Map.of(0, List.of(99))),
                    new NewTopic(side.uniqueName("twice"), Map.of(0, List.of(1, 1))),
                    new NewTopic(side.uniqueName("gap"), Map.of(0, List.of(1), 2, List.of(1))),
                    new NewTopic(side.uniqueName("empty"), Map.of(0, List.of())),
                    new NewTopic("a bad name", 1, (short) 1),
                    new NewTopic("..", 1, (short) 1),
                    new NewTopic(side.uniqueName("config"), 1, (short) 1).configs(Map.of("retention.ms", "5000")),
                    new NewTopic(side.uniqueName("unknownConfig"), 1, (short) 1).configs(Map.of("prefix", "x")),
                    new NewTopic(side.uniqueName("badConfig"), 1, (short) 1).configs(Map.of("retention.ms", "soon")),
                    new NewTopic(side.uniqueName("badPolicy"), 1, (short) 1).configs(Map.of("cleanup.policy", "burn")));
            answers.addAll(created(admin, side, options, new NewTopic(plain, 3, (short) 1)));
            return String.join("\n", answers);
        });
    }

    @Test
    void namesThatDifferOnlyInDotsAndUnderscoresCollide() throws Exception {
        String answer = both.same("H.77", side -> {
            String dotted = side.uniqueName("col.lide");
            List<String> answers =
                    created(side.admin(), side, new CreateTopicsOptions(), new NewTopic(dotted, 1, (short) 1));
            String under = dotted.replace('.', '_');
            Object second = Side.outcome(side.admin()
                    .createTopics(List.of(new NewTopic(under, 1, (short) 1)))
                    .all());
            return answers + " " + second;
        });
        assertThat(answer).endsWith("INVALID_TOPIC_EXCEPTION");
    }

    @Test
    void topicsAreDeletedByNameAndById() throws Exception {
        both.same("H.77", side -> {
            Admin admin = side.admin();
            Topic byName = side.topic("byName");
            Topic byId = side.topic("byId");
            List<Object> answers = new ArrayList<>();
            answers.add(Side.outcome(admin.deleteTopics(List.of(byName.name())).all()));
            answers.add(Side.outcome(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(byId.id())))
                    .all()));
            answers.add(Side.outcome(
                    admin.deleteTopics(List.of(side.uniqueName("absent"))).all()));
            answers.add(Side.outcome(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(new Uuid(5, 5))))
                    .all()));
            answers.add(awaitGone(side, byName) + awaitGone(side, byId));
            return answers.toString();
        });
    }

    private static String awaitGone(Side side, Topic topic) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            if (!side.admin().listTopics().names().get().contains(topic.name())) {
                return "gone ";
            }
        }
        return "still there ";
    }

    @Test
    void partitionsAreAddedButNeverTakenAway() throws Exception {
        both.same("H.77", side -> {
            Admin admin = side.admin();
            Topic topic = side.topic("grown", 2, Map.of());
            List<Object> answers = new ArrayList<>();
            for (NewPartitions wanted : List.of(
                    NewPartitions.increaseTo(1),
                    NewPartitions.increaseTo(2),
                    NewPartitions.increaseTo(3, List.of(List.of(9))),
                    NewPartitions.increaseTo(3, List.of(List.of(1), List.of(1))),
                    NewPartitions.increaseTo(4, List.of(List.of(1), List.of(1))),
                    NewPartitions.increaseTo(6))) {
                answers.add(Side.outcome(
                        admin.createPartitions(Map.of(topic.name(), wanted)).all()));
            }
            answers.add(Side.outcome(admin.createPartitions(
                            Map.of(topic.name(), NewPartitions.increaseTo(9)),
                            new CreatePartitionsOptions().validateOnly(true))
                    .all()));
            answers.add(
                    Side.outcome(admin.createPartitions(Map.of(side.uniqueName("absent"), NewPartitions.increaseTo(9)))
                            .all()));
            TopicDescription described = null;
            for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
                described = admin.describeTopics(List.of(topic.name()))
                        .allTopicNames()
                        .get()
                        .get(topic.name());
                if (described.partitions().size() >= 6) {
                    break;
                }
            }
            answers.add(described.partitions().size());
            return answers.toString();
        });
    }

    @Test
    void recordsAreDeletedUpToAnOffset() throws Exception {
        both.same("H.87", side -> {
            Admin admin = side.admin();
            Topic topic = side.topic("trimmed");
            TopicPartition partition = new TopicPartition(topic.name(), 0);
            try (WireClient client = side.connect()) {
                client.ask(Requests.produce(topic, 0, Batches.values("a", "b", "c", "d", "e")), 9);
            }
            List<Object> answers = new ArrayList<>();
            for (long before : new long[] {0, 2, 1, 9, -2, -1}) {
                Object outcome =
                        Side.outcome(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                                .lowWatermarks()
                                .get(partition));
                answers.add(before + ": "
                        + (outcome instanceof org.apache.kafka.clients.admin.DeletedRecords deleted
                                ? deleted.lowWatermark()
                                : outcome));
            }
            answers.add(offset(admin, partition, OffsetSpec.earliest()));
            Topic compacted = side.topic("compacted", 1, Map.of("cleanup.policy", "compact"));
            TopicPartition other = new TopicPartition(compacted.name(), 0);
            answers.add(Side.outcome(admin.deleteRecords(Map.of(other, RecordsToDelete.beforeOffset(0)))
                    .all()));
            return answers.toString();
        });
    }

    private static String offset(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
        Object outcome = Side.outcome(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
        return outcome instanceof ListOffsetsResult.ListOffsetsResultInfo info
                ? info.offset() + "@" + info.timestamp() + " epoch " + info.leaderEpoch()
                : String.valueOf(outcome);
    }

    @Test
    void everyOffsetSpecOfTheAdminClientIsAnswered() throws Exception {
        both.same("F.60", side -> {
            Topic topic = side.topic("specs");
            TopicPartition partition = new TopicPartition(topic.name(), 0);
            try (WireClient client = side.connect()) {
                client.ask(
                        Requests.produce(
                                topic,
                                0,
                                Batches.of(
                                        Batches.record(5000, "a", "a"),
                                        Batches.record(9000, "b", "b"),
                                        Batches.record(7000, "c", "c"))),
                        9);
            }
            List<String> answers = new ArrayList<>();
            answers.add("earliest " + offset(side.admin(), partition, OffsetSpec.earliest()));
            answers.add("latest " + offset(side.admin(), partition, OffsetSpec.latest()));
            answers.add("max timestamp " + offset(side.admin(), partition, OffsetSpec.maxTimestamp()));
            answers.add("local " + offset(side.admin(), partition, OffsetSpec.earliestLocal()));
            answers.add("tiered " + offset(side.admin(), partition, OffsetSpec.latestTiered()));
            answers.add("pending " + offset(side.admin(), partition, OffsetSpec.earliestPendingUpload()));
            answers.add("6000 " + offset(side.admin(), partition, OffsetSpec.forTimestamp(6000)));
            answers.add("9001 " + offset(side.admin(), partition, OffsetSpec.forTimestamp(9001)));
            return String.join("\n", answers);
        });
    }

    @Test
    void logDirectoriesTellWhatLiesInThem() throws Exception {
        both.same("H.81", side -> {
            Topic topic = side.topic("weighed", 2, Map.of());
            int written;
            try (WireClient client = side.connect()) {
                byte[] batch = Batches.values("a", "b");
                written = batch.length;
                client.ask(Requests.produce(topic, 1, batch), 9);
            }
            Map<String, LogDirDescription> dirs = side.admin()
                    .describeLogDirs(List.of(1))
                    .allDescriptions()
                    .get()
                    .get(1);
            LogDirDescription dir = dirs.values().iterator().next();
            Map<TopicPartition, ReplicaInfo> replicas = new HashMap<>(dir.replicaInfos());
            ReplicaInfo filled = replicas.get(new TopicPartition(topic.name(), 1));
            return dirs.size() + " error " + dir.error() + " size is the batch " + (filled.size() == written) + " lag "
                    + filled.offsetLag() + " future " + filled.isFuture() + " total known "
                    + (dir.totalBytes().orElse(-1) > 0) + " usable known "
                    + (dir.usableBytes().orElse(-1) > 0)
                    + " cordoned " + dir.isCordoned();
        });
    }

    @Test
    void topicDescriptionsAreAlike() throws Exception {
        both.same("B.16", side -> {
            Topic topic = side.topic("told", 2, Map.of());
            return side.normal(side.admin()
                            .describeTopics(List.of(topic.name()))
                            .allTopicNames()
                            .get()
                            .get(topic.name()))
                    .replaceAll("topicId=[A-Za-z0-9_-]{22}", "topicId=some");
        });
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void listingShowsInternalTopicsOnlyWhenAsked(boolean internal) throws Exception {
        both.same("B.20", side -> {
            try {
                side.topicNamed("__consumer_offsets", 1, Map.of());
            } catch (IllegalStateException there) {
                assertThat(there).hasMessageContaining(": 36");
            }
            Set<String> names = side.admin()
                    .listTopics(new org.apache.kafka.clients.admin.ListTopicsOptions().listInternal(internal))
                    .names()
                    .get();
            return new TreeSet<>(names).contains("__consumer_offsets");
        });
    }

    @Test
    void nobodyReassignsAndConfigResourcesAreListed() throws Exception {
        both.same("3.2", side -> side.admin()
                .listPartitionReassignments()
                .reassignments()
                .get()
                .toString());
    }
}
