package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignmentCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section H of the compatibility list on the wire, at every version: creating topics, describing and altering configs, weighing
 * log directories, deleting records; with what no client of good manners would send.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionHAdminTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final int FIRST_WITH_DOCUMENTATION = 3;

    private final BothBrokers both;

    SectionHAdminTest(BothBrokers both) {
        this.both = both;
    }

    private static CreatableTopic topic(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private static CreatableTopic assigned(String name, int partitions, int replicas, int[]... brokers) {
        CreatableReplicaAssignmentCollection assignments = new CreatableReplicaAssignmentCollection();
        for (int partition = 0; partition < brokers.length; partition++) {
            assignments.add(new CreatableReplicaAssignment()
                    .setPartitionIndex(partition)
                    .setBrokerIds(Arrays.stream(brokers[partition]).boxed().toList()));
        }
        return topic(name, partitions, replicas).setAssignments(assignments);
    }

    private static CreatableTopic configured(String name, String key, String value) {
        CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
        configs.add(new CreatableTopicConfig().setName(key).setValue(value));
        return topic(name, 1, 1).setConfigs(configs);
    }

    @ParameterizedTest
    @CsvSource({"2, false", "3, true", "4, false", "4, true", "5, false", "5, true", "6, true", "7, false", "7, true"})
    void topicsAreCreated(int version, boolean validateOnly) throws Exception {
        String answer = both.same("H.77", side -> {
            String twice = side.uniqueName("twice");
            CreatableTopicCollection topics = new CreatableTopicCollection();
            for (CreatableTopic wanted : List.of(
                    topic(side.uniqueName("plain"), 2, 1),
                    topic(side.uniqueName("defaults"), -1, -1),
                    topic(side.uniqueName("none"), 0, 1),
                    topic(side.uniqueName("wide"), 1, 2),
                    assigned(side.uniqueName("assigned"), -1, -1, new int[] {1}, new int[] {1}),
                    assigned(side.uniqueName("assigned and counted"), 2, 1, new int[] {1}, new int[] {1}),
                    assigned(side.uniqueName("assigned.and.sized"), 2, -1, new int[] {1}),
                    assigned(side.uniqueName("doubled"), -1, -1, new int[] {1, 1}),
                    assigned(side.uniqueName("elsewhere"), -1, -1, new int[] {7}),
                    assigned(side.uniqueName("uneven"), -1, -1, new int[] {1}, new int[] {1, 1}),
                    configured(side.uniqueName("kept"), "retention.ms", "77777"),
                    configured(side.uniqueName("nulled"), "retention.ms", null),
                    configured(side.uniqueName("unheard"), "no.such", "1"),
                    configured(side.uniqueName("brokers"), "log.retention.ms", "1"),
                    topic(twice, 1, 1),
                    topic("", 1, 1),
                    topic(".", 1, 1),
                    topic("x".repeat(250), 1, 1),
                    topic("__cluster_metadata", 1, 1))) {
                topics.mustAdd(wanted);
            }
            topics.mustAdd(topic(twice, 2, 1));
            try (WireClient client = side.connect()) {
                CreateTopicsResponseData answers = client.ask(
                        new CreateTopicsRequestData()
                                .setTopics(topics)
                                .setTimeoutMs(20_000)
                                .setValidateOnly(validateOnly),
                        version);
                TreeMap<String, String> rows = new TreeMap<>();
                answers.topics()
                        .forEach(row -> rows.put(
                                side.normal(row.name()),
                                row.errorCode() + " " + row.numPartitions() + "/" + row.replicationFactor() + " "
                                        + (row.topicId().equals(Uuid.ZERO_UUID) ? "" : "id ")
                                        + row.topicConfigErrorCode() + " "
                                        + (row.configs() == null
                                                ? null
                                                : new TreeSet<>(row.configs().stream()
                                                        .map(Object::toString)
                                                        .toList()))));
                return rows.toString();
            }
        });
        assertThat(answer).contains("plain=0 ", "unheard=40 ");
    }

    private static String described(Side side, WireClient client, int version, DescribeConfigsResource... resources)
            throws Exception {
        DescribeConfigsResponseData answer = client.ask(
                new DescribeConfigsRequestData()
                        .setResources(List.of(resources))
                        .setIncludeSynonyms(true)
                        .setIncludeDocumentation(version >= FIRST_WITH_DOCUMENTATION),
                version);
        List<String> results = new ArrayList<>();
        for (DescribeConfigsResult result : answer.results()) {
            results.add(
                    result.resourceType() + " " + side.normal(result.resourceName()) + " " + result.errorCode() + " "
                            + new TreeSet<>(result.configs().stream()
                                    .map(row -> row.toString()
                                            .replaceAll(
                                                    "documentation=(null|'.*')\\)$",
                                                    "documentation " + (row.documentation() == null ? "none" : "some")))
                                    .toList()));
        }
        Collections.sort(results);
        return String.join("\n", results);
    }

    private static DescribeConfigsResource of(int type, String name, String... keys) {
        return new DescribeConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigurationKeys(keys.length == 0 ? null : List.of(keys));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void configsAreDescribedByKeyWithTypesAndDocumentation(int version) throws Exception {
        String answer = both.same("H.79", side -> {
            Topic topic = side.topic("keyed", 1, Map.of("retention.ms", "4711"));
            try (WireClient client = side.connect()) {
                return String.join(
                        "\n",
                        described(
                                side,
                                client,
                                version,
                                of(TOPIC, topic.name(), "retention.ms", "cleanup.policy", "no.such", "retention.ms")),
                        described(side, client, version, of(TOPIC, topic.name()).setConfigurationKeys(List.of()))
                                                .length()
                                        > 1_000
                                ? "all"
                                : "few",
                        described(
                                side,
                                client,
                                version,
                                of(BROKER, "1", "ssl.keystore.password", "num.partitions", "log.retention.hours"),
                                of(BROKER, "", "num.partitions"),
                                of(BROKER, "9"),
                                of(BROKER, "one"),
                                of(BROKER, "-1"),
                                of(TOPIC, ""),
                                of(TOPIC, "no.such.topic")),
                        described(side, client, version, of(0, "x"), of(TOPIC, "no.such.topic")),
                        described(side, client, version, of(BROKER, "1"), of(3, "x")),
                        described(side, client, version, of(99, "x")),
                        described(side, client, version, of(-1, "x")));
            }
        });
        assertThat(answer).contains("4711", "value=null", "isSensitive=true");
    }

    private record Change(int operation, String name, String value) {}

    private static IncrementalAlterConfigsRequestData.AlterConfigsResource altered(
            int type, String name, Change... changes) {
        IncrementalAlterConfigsRequestData.AlterableConfigCollection configs =
                new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        for (Change change : changes) {
            configs.mustAdd(new IncrementalAlterConfigsRequestData.AlterableConfig()
                    .setName(change.name())
                    .setConfigOperation((byte) change.operation())
                    .setValue(change.value()));
        }
        return new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(configs);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void configsAreAlteredStepByStep(int version) throws Exception {
        String answer = both.same("H.80", side -> {
            Topic topic = side.topic("stepped", 1, Map.of("cleanup.policy", "compact"));
            List<IncrementalAlterConfigsRequestData.AlterConfigsResource> all = List.of(
                    altered(TOPIC, topic.name(), new Change(0, "retention.ms", "5")),
                    altered(TOPIC, topic.name(), new Change(2, "cleanup.policy", "delete,compact,delete")),
                    altered(TOPIC, topic.name(), new Change(3, "cleanup.policy", "compact,compact")),
                    altered(TOPIC, topic.name(), new Change(3, "cleanup.policy", "delete")),
                    altered(TOPIC, topic.name(), new Change(1, "no.such", null)),
                    altered(TOPIC, topic.name(), new Change(1, "retention.ms", "ignored")),
                    altered(TOPIC, topic.name(), new Change(0, "retention.ms", null)),
                    altered(TOPIC, topic.name(), new Change(0, "", "1")),
                    altered(TOPIC, topic.name(), new Change(0, "retention.ms", "")),
                    altered(TOPIC, topic.name()),
                    altered(
                            TOPIC,
                            topic.name(),
                            new Change(0, "retention.ms", "1"),
                            new Change(0, "max.message.bytes", "none")),
                    altered(TOPIC, "", new Change(0, "retention.ms", "1")),
                    altered(TOPIC, "a bad name", new Change(0, "retention.ms", "1")),
                    altered(BROKER, "7", new Change(0, "log.retention.ms", "1")),
                    altered(BROKER, "one", new Change(0, "log.retention.ms", "1")),
                    altered(BROKER, "1", new Change(0, "broker.rack", "r")),
                    altered(0, "x", new Change(0, "a", "1")),
                    altered(3, "x", new Change(0, "a", "1")),
                    altered(99, "x", new Change(0, "a", "1")));
            List<String> codes = new ArrayList<>();
            try (WireClient client = side.connect()) {
                for (IncrementalAlterConfigsRequestData.AlterConfigsResource one : all) {
                    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
                    request.resources().mustAdd(one.duplicate());
                    IncrementalAlterConfigsResponseData answers = client.ask(request, version);
                    codes.add(one.resourceType() + " " + side.normal(one.resourceName()) + " "
                            + answers.responses().get(0).errorCode());
                }
                IncrementalAlterConfigsRequestData twice = new IncrementalAlterConfigsRequestData();
                twice.resources().mustAdd(all.get(0).duplicate());
                twice.resources().mustAdd(all.get(1).duplicate());
                twice.resources().mustAdd(all.get(2).duplicate());
                IncrementalAlterConfigsResponseData answers = client.ask(twice, version);
                codes.add(answers.responses().stream()
                        .map(row -> (int) row.errorCode())
                        .toList()
                        .toString());
                for (Deadline deadline = Deadline.inSeconds(5); deadline.goOn(); ) {
                    if (described(side, client, 4, of(TOPIC, topic.name(), "cleanup.policy"))
                            .contains("value=''")) {
                        break;
                    }
                }
                codes.add(described(side, client, 4, of(TOPIC, topic.name(), "cleanup.policy", "retention.ms")));
            }
            return String.join("\n", codes);
        });
        assertThat(answer).contains(" 40", " 42");
    }

    private static AlterConfigsRequestData.AlterConfigsResource replaced(int type, String name, String... pairs) {
        AlterConfigsRequestData.AlterableConfigCollection configs =
                new AlterConfigsRequestData.AlterableConfigCollection();
        for (int i = 0; i < pairs.length; i += 2) {
            configs.mustAdd(new AlterConfigsRequestData.AlterableConfig()
                    .setName(pairs[i])
                    .setValue(pairs[i + 1]));
        }
        return new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(configs);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void configsAreReplacedTheOldWay(int version) throws Exception {
        String answer = both.same("H.80", side -> {
            Topic topic = side.topic("replaced", 1, Map.of("retention.ms", "5", "max.message.bytes", "6000"));
            List<String> codes = new ArrayList<>();
            try (WireClient client = side.connect()) {
                for (AlterConfigsRequestData.AlterConfigsResource one : List.of(
                        replaced(TOPIC, topic.name(), "no.such", "1"),
                        replaced(TOPIC, topic.name(), "retention.ms", "soon"),
                        replaced(TOPIC, topic.name(), "retention.ms", null),
                        replaced(TOPIC, topic.name(), "retention.ms", "1", "retention.ms", "2"),
                        replaced(TOPIC, "", "retention.ms", "1"),
                        replaced(TOPIC, "no.such.topic", "retention.ms", "1"),
                        replaced(BROKER, "7", "log.retention.ms", "1"),
                        replaced(99, "x", "a", "1"),
                        replaced(TOPIC, topic.name(), "retention.ms", "8000"))) {
                    AlterConfigsRequestData request = new AlterConfigsRequestData();
                    request.resources().mustAdd(one.duplicate());
                    AlterConfigsResponseData answers = client.ask(request, version);
                    codes.add(one.resourceType() + " " + side.normal(one.resourceName()) + " "
                            + answers.responses().get(0).errorCode());
                }
                String all = "";
                for (Deadline deadline = Deadline.inSeconds(5); deadline.goOn() && !all.contains("'8000'"); ) {
                    all = described(side, client, 4, of(TOPIC, topic.name(), "retention.ms", "max.message.bytes"));
                }
                codes.add(all);
            }
            return String.join("\n", codes);
        });
        assertThat(answer).contains("'8000'", "'1048588'");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void logDirectoriesAreWeighed(int version) throws Exception {
        String answer = both.same("H.81", side -> {
            Topic topic = side.topic("weighed", 3, Map.of());
            try (WireClient client = side.connect()) {
                client.ask(Requests.produce(topic, 1, Batches.values("a", "b", "c")), 9);
                List<String> answers = new ArrayList<>();
                for (Map<String, List<Integer>> wanted : List.of(
                        Map.of(topic.name(), List.of(0, 1)),
                        Map.of(topic.name(), List.of(2, 2, 9, -1)),
                        Map.of(topic.name(), List.<Integer>of()),
                        Map.of("no.such.topic", List.of(0)),
                        Map.<String, List<Integer>>of())) {
                    DescribableLogDirTopicCollection topics = new DescribableLogDirTopicCollection();
                    wanted.forEach((name, partitions) -> topics.mustAdd(
                            new DescribableLogDirTopic().setTopic(name).setPartitions(partitions)));
                    DescribeLogDirsResponseData dirs =
                            client.ask(new DescribeLogDirsRequestData().setTopics(topics), version);
                    answers.add(weighed(side, dirs));
                }
                DescribeLogDirsResponseData all = client.ask(new DescribeLogDirsRequestData().setTopics(null), version);
                answers.add("all of it: " + weighed(side, all).contains("weighed"));
                return String.join("\n", answers);
            }
        });
        assertThat(answer).contains("weighed-1", "all of it: true");
    }

    private static String weighed(Side side, DescribeLogDirsResponseData dirs) {
        StringBuilder text = new StringBuilder().append(dirs.errorCode());
        dirs.results().forEach(dir -> {
            text.append(" dir ")
                    .append(dir.errorCode())
                    .append(dir.totalBytes() > 0 ? " total" : " " + dir.totalBytes())
                    .append(dir.usableBytes() > 0 ? " usable" : " " + dir.usableBytes())
                    .append(dir.isCordoned() ? " cordoned" : "");
            TreeSet<String> rows = new TreeSet<>();
            dir.topics().forEach(topic -> topic.partitions()
                    .forEach(row -> rows.add(side.normal(topic.name()) + "-" + row.partitionIndex() + " "
                            + row.partitionSize() + " lag " + row.offsetLag() + " " + row.isFutureKey())));
            text.append(rows);
        });
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void recordsAreDeletedUpToAnOffset(int version) throws Exception {
        String answer = both.same("H.87", side -> {
            Topic topic = side.topic("cut", 3, Map.of());
            Topic compacted = side.topic("compacted", 1, Map.of("cleanup.policy", "compact"));
            Topic mixed = side.topic("mixed", 1, Map.of("cleanup.policy", "compact,delete"));
            try (WireClient client = side.connect()) {
                for (int partition = 0; partition < 2; partition++) {
                    client.ask(Requests.produce(topic, partition, Batches.values("a", "b", "c", "d")), 9);
                }
                DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(10_000);
                request.topics().add(cut(topic.name(), 0, 2, 1, -1, 2, 0, 7, 0, -1, 0));
                request.topics().add(cut(compacted.name(), 0, 0));
                request.topics().add(cut(mixed.name(), 0, -1));
                request.topics().add(cut("no.such.topic", 0, 0));
                request.topics().add(cut("a bad name", 0, 0));
                String first = deleted(side, client.ask(request, version));
                DeleteRecordsRequestData wrong = new DeleteRecordsRequestData().setTimeoutMs(10_000);
                wrong.topics().add(cut(topic.name(), 0, 1, 1, 9, 2, -2));
                String second = deleted(side, client.ask(wrong, version));
                String nothing = deleted(side, client.ask(new DeleteRecordsRequestData().setTimeoutMs(1), version));
                return first + "\n" + second + "\n" + nothing;
            }
        });
        assertThat(answer).contains("cut-0=0 2", "cut-1=0 4");
    }

    /** Pairs of a partition and an offset. */
    private static DeleteRecordsTopic cut(String name, int... pairs) {
        DeleteRecordsTopic topic = new DeleteRecordsTopic().setName(name);
        for (int i = 0; i < pairs.length; i += 2) {
            topic.partitions()
                    .add(new DeleteRecordsPartition()
                            .setPartitionIndex(pairs[i])
                            .setOffset(pairs[i + 1]));
        }
        return topic;
    }

    private static String deleted(Side side, DeleteRecordsResponseData answer) {
        TreeMap<String, String> rows = new TreeMap<>();
        answer.topics().forEach(topic -> topic.partitions()
                .forEach(row -> rows.put(
                        side.normal(topic.name()) + "-" + row.partitionIndex(),
                        row.errorCode() + " " + row.lowWatermark())));
        return rows.toString();
    }
}
