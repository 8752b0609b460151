package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.BothBrokers;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka's command line tools that consume in a group read the same from a Kafka and from a Millrace.
 *
 * <p>Thread: the test's, and one that asks the other broker.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
@Timeout(120)
class ConsumerToolsTest {
    private static final String CONSOLE = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    private static final int PARTITIONS = 2;

    private final BothBrokers both;

    ConsumerToolsTest(BothBrokers both) {
        this.both = both;
    }

    private static Topic filled(Side side, String label, int perPartition) throws Exception {
        Topic topic = side.topic(label, PARTITIONS, Map.of());
        try (WireClient client = side.connect()) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String[] values = new String[perPartition];
                for (int i = 0; i < perPartition; i++) {
                    values[i] = "p" + partition + "-" + i;
                }
                client.ask(Requests.produce(topic, partition, Batches.values(values)), 9);
            }
        }
        return topic;
    }

    private static String sorted(String printed) {
        return printed.lines().filter(line -> !line.contains("[main]")).sorted().collect(Collectors.joining("\n"));
    }

    @Test
    void theConsoleConsumerGoesOnWhereItsGroupIs() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = filled(side, "console", 5);
            String group = side.uniqueName("console-group");
            StringBuilder all = new StringBuilder();
            try (ToolShell tools = new ToolShell(side)) {
                String[] first = {
                    "--topic",
                    topic.name(),
                    "--group",
                    group,
                    "--from-beginning",
                    "--max-messages",
                    "10",
                    "--timeout-ms",
                    "15000"
                };
                all.append(sorted(tools.run(CONSOLE, first)));
                try (WireClient client = side.connect()) {
                    client.ask(Requests.produce(topic, 1, Batches.values("later")), 9);
                }
                all.append(sorted(tools.run(
                        CONSOLE,
                        "--topic",
                        topic.name(),
                        "--group",
                        group,
                        "--max-messages",
                        "1",
                        "--timeout-ms",
                        "15000")));
            }
            return all.toString();
        });
        assertThat(answer).contains("p0-4", "p1-0", "later", "Processed a total of 10 messages");
    }

    @Test
    void thePerfTestReadsEverythingInAGroup() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = filled(side, "measured", 500);
            try (ToolShell tools = new ToolShell(side)) {
                String printed = tools.run(
                        "org.apache.kafka.tools.ConsumerPerformance",
                        "--topic",
                        topic.name(),
                        "--messages",
                        "1000",
                        "--group",
                        side.uniqueName("measuring"),
                        "--timeout",
                        "15000");
                // Times and rates differ; what was read does not.
                return printed.lines()
                        .map(line -> line.matches("\\d{4}-.*") ? line.split(", ")[4] + " messages" : line)
                        .collect(Collectors.joining("\n"));
            }
        });
        assertThat(answer).contains("1000 messages");
    }

    @Test
    void theVerifiableConsumerTellsTheSameStory() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            Topic topic = filled(side, "verified", 50);
            try (ToolShell tools = new ToolShell(side)) {
                String printed = tools.run(
                        "org.apache.kafka.tools.VerifiableConsumer",
                        "--topic",
                        topic.name(),
                        "--group-id",
                        side.uniqueName("verifying"),
                        "--max-messages",
                        "100",
                        "--reset-policy",
                        "earliest");
                List<String> names = Pattern.compile("\"name\":\"(\\w+)\"")
                        .matcher(printed)
                        .results()
                        .map(MatchResult::group)
                        .distinct()
                        .sorted()
                        .toList();
                long read = Pattern.compile("\"count\":(\\d+),\"partitions\"")
                        .matcher(printed)
                        .results()
                        .mapToLong(found -> Long.parseLong(found.group(1)))
                        .sum();
                return names + " " + read + " " + printed.contains("\"success\":true");
            }
        });
        assertThat(answer).contains("partitions_assigned", "offsets_committed", "shutdown_complete", "100", "true");
    }
}
