package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What an administrator does with the configs of topics and brokers, through the Java Admin client.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class AdminConfigsTest {
    private final BothBrokers both;

    AdminConfigsTest(BothBrokers both) {
        this.both = both;
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
                answers.add(Side.outcome(
                        side.admin().describeConfigs(List.of(resource)).values().get(resource)));
            }
            return answers.toString();
        });
    }

    private static Object alter(Side side, ConfigResource resource, boolean validateOnly, AlterConfigOp... ops)
            throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> wanted = Map.of(resource, List.of(ops));
        return Side.outcome(side.admin()
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
}
