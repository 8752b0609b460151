package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an administrator does, through the Java Admin client: topics, partitions, records, configs, log directories.
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

    /** The value, or the name of the error that the client made an exception of. */
    private static <T> Object outcome(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            return Errors.forException(e.getCause()).name();
        }
    }

    private static List<String> created(Admin admin, Side side, CreateTopicsOptions options, NewTopic... topics)
            throws Exception {
        CreateTopicsResult result = admin.createTopics(List.of(topics), options);
        List<String> answers = new ArrayList<>();
        for (NewTopic topic : topics) {
            Object error = outcome(result.values().get(topic.name()));
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
            Object second = outcome(side.admin()
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
            answers.add(outcome(admin.deleteTopics(List.of(byName.name())).all()));
            answers.add(outcome(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(byId.id())))
                    .all()));
            answers.add(outcome(
                    admin.deleteTopics(List.of(side.uniqueName("absent"))).all()));
            answers.add(outcome(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(new Uuid(5, 5))))
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
                answers.add(outcome(
                        admin.createPartitions(Map.of(topic.name(), wanted)).all()));
            }
            answers.add(outcome(admin.createPartitions(
                            Map.of(topic.name(), NewPartitions.increaseTo(9)),
                            new CreatePartitionsOptions().validateOnly(true))
                    .all()));
            answers.add(outcome(admin.createPartitions(Map.of(side.uniqueName("absent"), NewPartitions.increaseTo(9)))
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
                Object outcome = outcome(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
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
            answers.add(outcome(admin.deleteRecords(Map.of(other, RecordsToDelete.beforeOffset(0)))
                    .all()));
            return answers.toString();
        });
    }

    private static String offset(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
        Object outcome = outcome(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
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

    private static Config describe(Side side, ConfigResource resource) throws Exception {
        return side.admin()
                .describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                .all()
                .get()
                .get(resource);
    }

    private static ConfigResource topicResource(Topic topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    private static String text(ConfigEntry entry) {
        List<String> synonyms = new ArrayList<>();
        entry.synonyms().forEach(s -> synonyms.add(s.name() + "=" + s.value() + " " + s.source()));
        return entry.value() + " " + entry.source() + " " + entry.type() + (entry.isReadOnly() ? " read-only" : "")
                + (entry.isSensitive() ? " sensitive" : "") + " " + synonyms;
    }

    private static TreeMap<String, String> text(Config config) {
        TreeMap<String, String> lines = new TreeMap<>();
        config.entries().forEach(entry -> lines.put(entry.name(), text(entry)));
        return lines;
    }

    @Test
    void everyTopicConfigHasTheReferencesNameDefaultTypeSourceAndSynonyms() throws Exception {
        TreeMap<String, String> configs = both.same("3.5", side -> {
            Topic topic =
                    side.topic("described", 1, Map.of("retention.ms", "12345", "cleanup.policy", "compact,delete"));
            return text(describe(side, topicResource(topic)));
        });
        assertThat(configs).hasSizeGreaterThanOrEqualTo(37).containsKeys("cleanup.policy", "segment.bytes");
    }

    /** What belongs to one process and cannot be equal: addresses, folders, ids, and what the two were started with. */
    private static final Set<String> OF_THE_PROCESS = Set.of(
            "listeners",
            "advertised.listeners",
            "log.dirs",
            "log.dir",
            "node.id",
            "broker.id",
            "process.roles",
            "controller.listener.names",
            "controller.quorum.bootstrap.servers",
            "controller.quorum.voters",
            "inter.broker.listener.name",
            "listener.security.protocol.map",
            "broker.rack",
            "offsets.topic.num.partitions",
            "offsets.topic.replication.factor",
            "connections.max.idle.ms",
            "log.retention.ms",
            "metadata.log.dir");

    @Test
    void everyBrokerConfigHasTheReferencesNameDefaultTypeAndSource() throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        TreeMap<String, String> reference = text(describe(both.oracle(), broker));
        TreeMap<String, String> ours = text(describe(both.ours(), broker));

        reference.keySet().removeAll(OF_THE_PROCESS);
        List<String> differences = new ArrayList<>();
        reference.forEach((name, value) -> {
            if (!value.equals(ours.get(name))) {
                differences.add(name + "\n  Kafka    " + value + "\n  Millrace " + ours.get(name));
            }
        });
        assertThat(differences).as("compat 3.5: broker configs that differ").isEmpty();
        assertThat(reference).hasSizeGreaterThan(300);
    }

    @Test
    void brokerConfigsOfTheProcessAreListedToo() throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        TreeMap<String, String> ours = text(describe(both.ours(), broker));
        assertThat(ours).containsKeys("listeners", "advertised.listeners", "log.dirs", "node.id", "broker.rack");
        assertThat(ours.get("broker.rack")).startsWith("rack-a STATIC_BROKER_CONFIG");
        assertThat(ours.get("connections.max.idle.ms")).startsWith("6000 STATIC_BROKER_CONFIG");
    }

    @Test
    void clusterDefaultsAreDescribedAlike() throws Exception {
        both.same("H.79", side -> text(describe(side, new ConfigResource(ConfigResource.Type.BROKER, ""))));
    }

    @Test
    void describingWhatIsNotThereIsNamedByItsError() throws Exception {
        both.same("H.79", side -> {
            List<Object> answers = new ArrayList<>();
            for (ConfigResource resource : List.of(
                    new ConfigResource(ConfigResource.Type.TOPIC, side.uniqueName("absent")),
                    new ConfigResource(ConfigResource.Type.TOPIC, "a bad name"))) {
                answers.add(outcome(
                        side.admin().describeConfigs(List.of(resource)).values().get(resource)));
            }
            return answers.toString();
        });
    }

    private static Object alter(Side side, ConfigResource resource, boolean validateOnly, AlterConfigOp... ops)
            throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> wanted = Map.of(resource, List.of(ops));
        return outcome(side.admin()
                .incrementalAlterConfigs(wanted, new AlterConfigsOptions().validateOnly(validateOnly))
                .all());
    }

    private static AlterConfigOp op(AlterConfigOp.OpType type, String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    private static String after(Side side, ConfigResource resource, String key, String expected) throws Exception {
        String text = "";
        for (Deadline deadline = Deadline.inSeconds(5); deadline.goOn(); ) {
            ConfigEntry entry = describe(side, resource).get(key);
            text = key + "=" + entry.value() + " " + entry.source();
            if (entry.value().equals(expected)) {
                break;
            }
        }
        return text;
    }

    @Test
    void topicConfigsAreAlteredStepByStep() throws Exception {
        both.same("H.80", side -> {
            Topic topic = side.topic("altered");
            ConfigResource resource = topicResource(topic);
            List<Object> answers = new ArrayList<>();
            answers.add(alter(side, resource, true, op(AlterConfigOp.OpType.SET, "retention.ms", "1000000")));
            answers.add(after(side, resource, "retention.ms", "-1"));
            answers.add(alter(
                    side,
                    resource,
                    false,
                    op(AlterConfigOp.OpType.SET, "retention.ms", "1000000"),
                    op(AlterConfigOp.OpType.SET, "max.message.bytes", "5000")));
            answers.add(after(side, resource, "retention.ms", "1000000"));
            answers.add(after(side, resource, "max.message.bytes", "5000"));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.APPEND, "cleanup.policy", "compact")));
            answers.add(after(side, resource, "cleanup.policy", "delete,compact"));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.SUBTRACT, "cleanup.policy", "delete")));
            answers.add(after(side, resource, "cleanup.policy", "compact"));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.DELETE, "retention.ms", "")));
            answers.add(after(side, resource, "retention.ms", "-1"));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.APPEND, "retention.ms", "5")));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.SET, "retention.ms", "soon")));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.SET, "no.such.config", "1")));
            answers.add(alter(side, resource, false, op(AlterConfigOp.OpType.SET, "segment.bytes", "1")));
            answers.add(alter(
                    side,
                    resource,
                    false,
                    op(AlterConfigOp.OpType.SET, "retention.ms", "1"),
                    op(AlterConfigOp.OpType.SET, "retention.ms", "2")));
            answers.add(alter(
                    side,
                    new ConfigResource(ConfigResource.Type.TOPIC, side.uniqueName("absent")),
                    false,
                    op(AlterConfigOp.OpType.SET, "retention.ms", "1")));
            answers.add(text(describe(side, resource)).get("max.message.bytes"));
            return join(answers);
        });
    }

    @Test
    void brokerConfigsAreAlteredAndSeenAsSynonymsOfTopics() throws Exception {
        both.same("H.80", side -> {
            ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "1");
            ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
            Topic topic = side.topic("inheriting");
            List<Object> answers = new ArrayList<>();
            answers.add(alter(side, all, false, op(AlterConfigOp.OpType.SET, "log.flush.interval.messages", "777777")));
            answers.add(after(side, topicResource(topic), "flush.messages", "777777"));
            answers.add(
                    alter(side, node, false, op(AlterConfigOp.OpType.SET, "log.flush.interval.messages", "888888")));
            answers.add(after(side, topicResource(topic), "flush.messages", "888888"));
            answers.add(text(describe(side, topicResource(topic))).get("flush.messages"));
            answers.add(text(describe(side, node)).get("log.flush.interval.messages"));
            answers.add(text(describe(side, all)));
            answers.add(alter(side, node, false, op(AlterConfigOp.OpType.SET, "node.id", "3")));
            answers.add(alter(side, node, false, op(AlterConfigOp.OpType.SET, "num.io.threads", "none")));
            answers.add(alter(side, node, false, op(AlterConfigOp.OpType.DELETE, "log.flush.interval.messages", "")));
            answers.add(alter(side, all, false, op(AlterConfigOp.OpType.DELETE, "log.flush.interval.messages", "")));
            answers.add(after(side, topicResource(topic), "flush.messages", "9223372036854775807"));
            return join(answers);
        });
    }

    private static String join(List<Object> answers) {
        List<String> lines = new ArrayList<>();
        answers.forEach(answer -> lines.add(String.valueOf(answer)));
        return String.join("\n", lines);
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
