package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.BothBrokers;
import io.millrace.oracle.KafkaTool;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka's command line tools, unchanged, by their main classes: what they print about us is what they print about Kafka.
 *
 * <p>Thread: the test's; every tool is a process of its own, and the two sides are asked at once.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class KafkaToolsTest {
    private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private final BothBrokers both;

    KafkaToolsTest(BothBrokers both) {
        this.both = both;
    }

    private static String tool(Side side, String main, String... arguments) {
        return KafkaTool.run(side, main, arguments);
    }

    @Test
    void topicsAreCreatedGrownDescribedAndDeleted() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            String name = side.uniqueName("tooled");
            return tool(
                            side,
                            TOPICS,
                            "--create",
                            "--topic",
                            name,
                            "--partitions",
                            "2",
                            "--config",
                            "retention.ms=100000")
                    + tool(side, TOPICS, "--create", "--topic", name)
                    + tool(side, TOPICS, "--alter", "--topic", name, "--partitions", "3")
                    + tool(side, TOPICS, "--describe", "--topic", name).replaceAll("TopicId: \\S+", "TopicId: ID")
                    + tool(side, TOPICS, "--delete", "--topic", name);
        });
        assertThat(answer).contains("Created topic", "PartitionCount: 3", "retention.ms=100000");
    }

    @Test
    void configsAreDescribedAndAltered() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = side.topic("configured");
            String[] of = {"--entity-type", "topics", "--entity-name", topic.name()};
            return tool(
                            side,
                            CONFIGS,
                            join(of, "--alter", "--add-config", "retention.ms=5000000,max.message.bytes=2000"))
                    + tool(side, CONFIGS, join(of, "--describe", "--all"));
        });
        assertThat(answer).contains("Completed updating config", "retention.ms=5000000");
    }

    @Test
    void configsOfGroupsAreDescribedAndAltered() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            String[] of = {"--entity-type", "groups", "--entity-name", side.uniqueName("set group")};
            return tool(side, CONFIGS, join(of, "--alter", "--add-config", "consumer.session.timeout.ms=50000"))
                    + tool(side, CONFIGS, join(of, "--alter", "--add-config", "share.auto.offset.reset=nowhere"))
                            .replaceAll("(?s)Error while executing.*", "refused\n")
                    + lines(tool(side, CONFIGS, join(of, "--describe")))
                    + lines(tool(side, CONFIGS, join(of, "--describe", "--all")))
                    + tool(side, CONFIGS, join(of, "--alter", "--delete-config", "consumer.session.timeout.ms"))
                    + lines(tool(side, CONFIGS, join(of, "--describe")));
        });
        assertThat(answer)
                .contains("Completed updating config for group", "GROUP_CONFIG:consumer.session.timeout.ms=50000");
    }

    /** Kafka's come in the order of their hashes. */
    private static String lines(String printed) {
        return printed.lines().sorted().collect(Collectors.joining("\n", "", "\n"));
    }

    private static String[] join(String[] first, String... second) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(second));
        return all.toArray(String[]::new);
    }

    @Test
    void offsetsAreReadRecordsDeletedAndDirectoriesWeighed() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = side.topic("offsets", 2, Map.of());
            try (WireClient client = side.connect()) {
                client.ask(Requests.produce(topic, 1, Batches.values("a", "b", "c")), 9);
            }
            Path json = Files.createTempFile("delete", ".json");
            Files.writeString(json, """
                    {"version": 1, "partitions": [{"topic": "%s", "partition": 1, "offset": 2}]}
                    """.formatted(topic.name()));
            try {
                String offsets = "org.apache.kafka.tools.GetOffsetShell";
                return tool(side, offsets, "--topic", topic.name())
                        + tool(
                                side,
                                "org.apache.kafka.tools.DeleteRecordsCommand",
                                "--offset-json-file",
                                json.toString())
                        + tool(side, offsets, "--topic", topic.name(), "--time", "earliest")
                        + sorted(tool(
                                        side,
                                        "org.apache.kafka.tools.LogDirsCommand",
                                        "--describe",
                                        "--topic-list",
                                        topic.name())
                                .replaceAll("\"logDir\":\"[^\"]*\"", "\"logDir\":\"DIR\""));
            } finally {
                Files.delete(json);
            }
        });
        assertThat(answer).contains("offsets:1:3", "offsets:1:2", "low_watermark: 2", "\"logDir\":\"DIR\"");
    }

    /** The partitions of a directory come in no particular order. */
    private static String sorted(String json) {
        return Pattern.compile("\\{\"partition\":[^}]*\\}")
                        .matcher(json)
                        .results()
                        .map(MatchResult::group)
                        .sorted()
                        .toList()
                + json.replaceAll("\\{\"partition\":[^}]*\\},?", "");
    }

    @Test
    void apiVersionsAreListedForEveryBroker() {
        String listed = tool(both.ours(), "org.apache.kafka.tools.BrokerApiVersionsCommand");
        assertThat(listed)
                .startsWith("exit 0")
                .contains("(id: 1 rack: rack-a isFenced: false) -> (", "Produce(0): 0 to 13", "Fetch(1): 4 to 18");
    }

    @Test
    void producerPerformanceWritesAndConsumerAgrees() throws Exception {
        Side side = both.ours();
        Topic topic = side.topic("perf", 3, Map.of());
        String printed = tool(
                side,
                "org.apache.kafka.tools.ProducerPerformance",
                "--topic",
                topic.name(),
                "--num-records",
                "20000",
                "--record-size",
                "500",
                "--throughput",
                "-1",
                "--bootstrap-server",
                side.broker().bootstrap());
        assertThat(printed).startsWith("exit 0").contains("20000 records sent");
        String offsets = tool(side, "org.apache.kafka.tools.GetOffsetShell", "--topic", topic.name());
        long total = offsets.lines()
                .filter(line -> line.startsWith("perf:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(':') + 1)))
                .sum();
        assertThat(total).isEqualTo(20_000);
    }
}
