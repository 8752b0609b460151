package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.BothBrokers;
import io.millrace.oracle.GroupMember;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka's command line tools for groups print the same about a Kafka and about a Millrace.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
@Timeout(180)
class GroupToolsTest {
    private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    private final BothBrokers both;

    GroupToolsTest(BothBrokers both) {
        this.both = both;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    /** Ten records in each of two partitions, a day apart. */
    private static Topic topic(Side side) throws IOException {
        return filled(side, side.topic("tooled", 2, Map.of()));
    }

    private static Topic filled(Side side, Topic topic) throws IOException {
        try (WireClient client = side.connect()) {
            for (int partition = 0; partition < 2; partition++) {
                SimpleRecord[] records = new SimpleRecord[10];
                for (int i = 0; i < records.length; i++) {
                    records[i] = new SimpleRecord(1_600_000_000_000L + i * 86_400_000L, ("v" + i).getBytes());
                }
                client.ask(Requests.produce(topic, partition, Batches.of(records)), 9);
            }
        }
        return topic;
    }

    /** A member as Java's consumer would be: its subscription and its assignment can be read by tools. */
    private static GroupMember member(Side side, String group, Topic topic) throws IOException {
        GroupMember member = GroupMember.of(side, group).withSession(120_000);
        member.subscribe(text(MessageUtil.toVersionPrefixedByteBuffer(
                (short) 1, new ConsumerProtocolSubscription().setTopics(List.of(topic.name())))));
        member.join(5);
        ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
        assignment
                .assignedPartitions()
                .add(new ConsumerProtocolAssignment.TopicPartition()
                        .setTopic(topic.name())
                        .setPartitions(List.of(0, 1)));
        member.syncBytes(MessageUtil.toVersionPrefixedBytes((short) 1, assignment));
        member.commit(topic, 0, 4);
        return member;
    }

    /** What the tool prints in no particular order. */
    private static String sorted(String printed) {
        return printed.lines().sorted().collect(Collectors.joining("\n")) + "\n";
    }

    @Test
    void groupsAreListedDescribedResetAndDeleted() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            StringBuilder all = new StringBuilder();
            Topic topic = topic(side);
            String group = side.uniqueName("shopping");
            try (ToolShell tools = new ToolShell(side);
                    GroupMember member = member(side, group, topic)) {
                String[] of = {"--group", group};
                all.append(sorted(tools.run(GROUPS, with(of, "--describe", "--offsets", "--verbose"))))
                        .append(tools.run(GROUPS, with(of, "--describe", "--members", "--verbose")))
                        .append(tools.run(GROUPS, with(of, "--describe", "--state", "--verbose")))
                        .append(tools.run(GROUPS, with(of, "--delete")))
                        .append(tools.run(
                                GROUPS, with(of, "--reset-offsets", "--to-earliest", "--all-topics", "--execute")))
                        .append(tools.run(GROUPS, with(of, "--delete-offsets", "--topic", topic.name())));
                member.leave(3);
                for (String mode : List.of(
                        "--to-earliest",
                        "--to-latest",
                        "--to-current",
                        "--shift-by\t-2",
                        "--to-offset\t3",
                        "--to-offset\t99",
                        "--to-datetime\t2020-09-16T00:00:00.000",
                        "--by-duration\tP1D")) {
                    String[] reset = with(of, "--reset-offsets", "--topic", topic.name());
                    all.append(sorted(tools.run(GROUPS, with(with(reset, mode.split("\t")), "--dry-run"))))
                            .append(sorted(tools.run(GROUPS, with(with(reset, mode.split("\t")), "--execute"))))
                            .append(sorted(tools.run(GROUPS, with(of, "--describe"))));
                }
                Path plan = Files.createTempFile("plan", ".csv");
                Files.writeString(plan, "\"" + topic.name() + "\",0,7\n\"" + topic.name() + "\",1,8\n");
                try {
                    all.append(sorted(tools.run(
                                    GROUPS, with(of, "--reset-offsets", "--from-file", plan.toString(), "--execute")))
                            .replace(plan.toString(), "PLAN"));
                } finally {
                    Files.delete(plan);
                }
                all.append(sorted(tools.run(
                                GROUPS,
                                with(
                                        of,
                                        "--reset-offsets",
                                        "--to-current",
                                        "--export",
                                        "--topic",
                                        topic.name() + ":1"))))
                        .append(tools.run(GROUPS, with(of, "--delete-offsets", "--topic", topic.name() + ":0")))
                        .append(tools.run(GROUPS, with(of, "--describe")))
                        .append(tools.run(GROUPS, with(of, "--describe", "--members")))
                        .append(tools.run(GROUPS, with(of, "--describe", "--state")))
                        .append(tools.run(GROUPS, with(of, "--delete")))
                        .append(tools.run(GROUPS, with(of, "--describe")))
                        .append(tools.run(GROUPS, with(of, "--delete")));
            }
            return all.toString();
        });
        assertThat(answer).contains("Stable", "range", "tooled:0,1", "successful");
    }

    private static String[] with(String[] first, String... second) {
        String[] all = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Test
    void groupsOfAllKindsAreListed() throws Exception {
        String answer = both.sameAtOnce("tools", side -> {
            StringBuilder all = new StringBuilder();
            Topic topic = topic(side);
            String prefix = side.uniqueName("kinds");
            try (ToolShell tools = new ToolShell(side);
                    GroupMember consumer = member(side, prefix + "-consumer", topic);
                    GroupMember worker = GroupMember.of(side, prefix + "-worker")
                            .ofType("connect")
                            .settle();
                    WireClient client = side.connect()) {
                client.ask(simpleCommit(prefix + "-simple", topic), 8);
                String list = "org.apache.kafka.tools.GroupsCommand";
                for (String printed : List.of(
                        tools.run(GROUPS, "--list"),
                        tools.run(GROUPS, "--list", "--state"),
                        tools.run(GROUPS, "--list", "--state", "stable"),
                        tools.run(GROUPS, "--list", "--type", "classic"),
                        tools.run(list, "--list"),
                        tools.run(list, "--list", "--consumer"),
                        tools.run(list, "--list", "--group-type", "classic"),
                        tools.run(list, "--list", "--group-type", "classic", "--protocol", "connect"),
                        tools.run(list, "--list", "--share"))) {
                    all.append(printed.lines()
                                    .filter(line -> line.startsWith("kinds")
                                            || !line.matches("\\S+( .*)?")
                                            || line.startsWith(">")
                                            || line.startsWith("GROUP"))
                                    .sorted()
                                    .collect(Collectors.joining("\n")))
                            .append('\n');
                }
            }
            return all.toString();
        });
        assertThat(answer).contains("kinds-consumer", "kinds-worker", "kinds-simple");
    }

    private static OffsetCommitRequestData simpleCommit(String group, Topic topic) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(topic.name())
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(3)
                                .setCommittedMetadata("by hand")))));
    }

    /** Item 76: people read this topic, so its records are Kafka's to the byte. */
    @Test
    void theTopicOfTheOffsetsIsReadByKafkasOwnFormatters() throws Exception {
        String answer = both.sameAtOnce("G.76", side -> {
            StringBuilder all = new StringBuilder();
            // The name is part of the bytes that are compared.
            Topic topic = side.topicNamed("written.topic", 2, Map.of());
            String group = side.uniqueName("written");
            try (ToolShell tools = new ToolShell(side);
                    GroupMember member = member(side, group, topic)) {
                member.commit(topic, 1, 9);
                member.leave(3);
                tools.run(GROUPS, "--delete", "--group", group);
                for (String formatter : List.of("OffsetsMessageFormatter", "GroupMetadataMessageFormatter")) {
                    String printed = tools.run(
                            "org.apache.kafka.tools.consumer.ConsoleConsumer",
                            "--topic",
                            "__consumer_offsets",
                            "--from-beginning",
                            "--timeout-ms",
                            "2500",
                            "--formatter",
                            "org.apache.kafka.tools.consumer." + formatter);
                    all.append(printed.replaceAll("\\[main\\] [^{\n]*", "\n")
                                    .replace("}{\"key\"", "}\n{\"key\"")
                                    .lines()
                                    .filter(line -> line.contains("\"written\""))
                                    .map(line -> line.replaceAll("\\[main\\].*", "")
                                            .replaceAll("(?i)(timestamp\"):\\d+", "$1:TIME")
                                            .replaceAll("(topicId\"):\"[^\"]{22}\"", "$1:SOME"))
                                    .collect(Collectors.joining("\n")))
                            .append('\n');
                }
            }
            return all.toString();
        });
        assertThat(answer).contains("\"offset\":4", "\"value\":null", "\"generation\":1", "\"generation\":2");
    }
}
