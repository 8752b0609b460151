package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section G of the compatibility list, committed offsets: who may commit, what is told to whom, and what is deleted when.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionGOffsetsTest {
    /** From this version on a commit and a fetch name topics by id. */
    private static final int BY_ID = 10;

    private static final int SEVERAL_GROUPS = 8;
    private final BothBrokers both;

    SectionGOffsetsTest(BothBrokers both) {
        this.both = both;
    }

    private static OffsetCommitRequestPartition committed(int partition, long offset, int epoch, String metadata) {
        return new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(offset)
                .setCommittedLeaderEpoch(epoch)
                .setCommittedMetadata(metadata);
    }

    private static OffsetCommitRequestData commit(String group, Topic topic, OffsetCommitRequestPartition... rows) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(new ArrayList<>(List.of(new OffsetCommitRequestTopic()
                        .setName(topic.name())
                        .setTopicId(topic.id())
                        .setPartitions(List.of(rows)))));
    }

    private static OffsetCommitRequestData by(GroupMember member, OffsetCommitRequestData request) {
        return request.setMemberId(member.memberId)
                .setGenerationIdOrMemberEpoch(member.generation)
                .setGroupInstanceId(member.instanceId);
    }

    private static String codes(OffsetCommitResponseData answer) {
        return answer.topics().stream()
                .map(topic -> topic.partitions().stream()
                        .map(row -> row.partitionIndex() + ":" + row.errorCode())
                        .sorted()
                        .toList())
                .toList()
                .toString();
    }

    private static OffsetFetchRequestData fetch(int version, String group, Topic topic, Integer... partitions) {
        if (version < SEVERAL_GROUPS) {
            return new OffsetFetchRequestData()
                    .setGroupId(group)
                    .setTopics(
                            topic == null
                                    ? null
                                    : List.of(new OffsetFetchRequestTopic()
                                            .setName(topic.name())
                                            .setPartitionIndexes(List.of(partitions))));
        }
        return new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setTopics(
                                topic == null
                                        ? null
                                        : List.of(new OffsetFetchRequestTopics()
                                                .setName(topic.name())
                                                .setTopicId(topic.id())
                                                .setPartitionIndexes(List.of(partitions))))));
    }

    private static OffsetFetchResponseData all(WireClient client, String group) throws Exception {
        return sorted(client.ask(fetch(7, group, null), 7));
    }

    /** Kafka tells topics and partitions in no particular order when it is asked for all. */
    private static OffsetFetchResponseData sorted(OffsetFetchResponseData answer) {
        answer.topics().sort(Comparator.comparing(OffsetFetchResponseTopic::name));
        answer.topics().forEach(topic -> topic.partitions()
                .sort(Comparator.comparing(OffsetFetchResponsePartition::partitionIndex)));
        for (OffsetFetchResponseGroup group : answer.groups()) {
            group.topics().sort(Comparator.comparing(topic -> topic.name() + topic.topicId()));
            group.topics().forEach(topic -> topic.partitions()
                    .sort(Comparator.comparing(OffsetFetchResponsePartitions::partitionIndex)));
        }
        return answer;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anybodyCommitsForAGroupWithoutMembers(int version) throws Exception {
        String answer = both.same("G.69", side -> {
            Topic topic = side.topic("committed", 3, Map.of());
            String group = side.uniqueName("simple");
            List<Object> told = new ArrayList<>();
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, group);
                OffsetCommitRequestData request =
                        commit(group, topic, committed(0, 5, version >= 6 ? 3 : -1, "note"), committed(2, 7, -1, null));
                told.add(codes(client.ask(request, version)));
                told.add(codes(client.ask(commit(group, topic, committed(7, 5, -1, "")), version)));
                Topic nowhere = new Topic(side.uniqueName("nowhere"), Uuid.fromString("AAAAAAAAAAAAAAAAAAAAQQ"));
                told.add(codes(client.ask(commit(group, nowhere, committed(0, 5, -1, "")), version)));
                told.add(codes(client.ask(commit("", topic, committed(0, 5, -1, "")), version)));
                told.add(codes(client.ask(
                        commit(group, topic, committed(0, 5, -1, "")).setGenerationIdOrMemberEpoch(4), version)));
                told.add(codes(
                        client.ask(commit(group, topic, committed(0, 5, -1, "")).setMemberId("stranger"), version)));
                told.add(side.normal(all(client, group)));
                return told.toString();
            }
        });
        assertThat(answer).contains("0:0", "7:3", "committedOffset=5", "committedOffset=7");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatWasCommittedIsFetched(int version) throws Exception {
        String answer = both.same("G.70", side -> {
            Topic topic = side.topic("fetched", 3, Map.of());
            String group = side.uniqueName("fetching");
            List<String> told = new ArrayList<>();
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, group);
                client.ask(commit(group, topic, committed(0, 5, 3, "note"), committed(2, 7, -1, null)), 8);
                told.add(side.normal(client.ask(fetch(version, group, topic, 0, 1, 2, 9), version)));
                if (version >= 2) {
                    told.add(side.normal(sorted(client.ask(fetch(version, group, null), version))));
                    told.add(side.normal(client.ask(fetch(version, "no.such.group", null), version)));
                    told.add(side.normal(client.ask(fetch(version, "", null), version)));
                }
                told.add(side.normal(client.ask(fetch(version, "no.such.group", topic, 0), version)));
                told.add(side.normal(client.ask(fetch(version, "", topic, 0), version)));
                Topic nowhere = new Topic(side.uniqueName("nowhere"), Uuid.fromString("AAAAAAAAAAAAAAAAAAAAQQ"));
                told.add(side.normal(client.ask(fetch(version, group, nowhere, 0), version)));
                if (version >= 7) {
                    told.add(side.normal(
                            client.ask(fetch(version, group, topic, 0).setRequireStable(true), version)));
                }
                return String.join("\n", told);
            }
        });
        assertThat(answer).contains("committedOffset=5", "metadata='note'");
        assertThat(answer.contains("committedLeaderEpoch=3")).isEqualTo(version >= 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void severalGroupsAreFetchedAtOnce(int version) throws Exception {
        both.same("G.70", side -> {
            Topic topic = side.topic("several", 2, Map.of());
            String one = side.uniqueName("one");
            String two = side.uniqueName("two");
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, one);
                GroupMember.awaitCoordinator(client, two);
                client.ask(commit(one, topic, committed(0, 1, -1, "")), 8);
                client.ask(commit(two, topic, committed(1, 2, -1, "")), 8);
                OffsetFetchRequestData request = fetch(version, one, topic, 0, 1);
                List<OffsetFetchRequestGroup> groups = new ArrayList<>(request.groups());
                groups.addAll(fetch(version, two, null).groups());
                groups.add(new OffsetFetchRequestGroup()
                        .setGroupId(two)
                        .setMemberId("member")
                        .setMemberEpoch(3)
                        .setTopics(List.of()));
                OffsetFetchResponseData answer = sorted(client.ask(request.setGroups(groups), version));
                return answer.groups().stream().map(side::normal).sorted().toList();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 9, 10})
    void onlyMembersOfTheGenerationCommitForAGroupThatHasSome(int version) throws Exception {
        String answer = both.same("G.69", side -> {
            Topic topic = side.topic("guarded", 1, Map.of());
            String group = side.uniqueName("guarded.group");
            List<Object> told = new ArrayList<>();
            try (GroupMember member = GroupMember.of(side, group);
                    WireClient client = side.connect()) {
                member.join(5);
                // Joined, not synced.
                told.add(codes(client.ask(by(member, commit(group, topic, committed(0, 1, -1, ""))), version)));
                member.sync(3, member.memberId, "all");
                told.add(codes(client.ask(by(member, commit(group, topic, committed(0, 2, -1, ""))), version)));
                told.add(codes(client.ask(commit(group, topic, committed(0, 3, -1, "")), version)));
                told.add(codes(client.ask(
                        by(member, commit(group, topic, committed(0, 4, -1, "")))
                                .setGenerationIdOrMemberEpoch(0),
                        version)));
                told.add(codes(client.ask(
                        by(member, commit(group, topic, committed(0, 5, -1, "")))
                                .setMemberId("stranger"),
                        version)));
                told.add(side.normal(all(client, group)));
                member.leave(3);
                told.add(codes(client.ask(by(member, commit(group, topic, committed(0, 6, -1, ""))), version)));
                told.add(codes(client.ask(commit(group, topic, committed(0, 7, -1, "")), version)));
                told.add(side.normal(all(client, group)));
                return told.toString();
            }
        });
        assertThat(answer).contains("committedOffset=2", "committedOffset=7");
    }

    @Test
    void aFencedInstanceCommitsNothing() throws Exception {
        String answer = both.same("G.65", side -> {
            Topic topic = side.topic("fenced", 1, Map.of());
            String group = side.uniqueName("fenced.group");
            List<Object> told = new ArrayList<>();
            try (GroupMember before = GroupMember.of(side, group).withInstance("one");
                    GroupMember after = GroupMember.of(side, group).withInstance("one")) {
                before.settle();
                told.add(codes(before.client.ask(by(before, commit(group, topic, committed(0, 1, -1, ""))), 8)));
                after.join(5);
                told.add(codes(before.client.ask(by(before, commit(group, topic, committed(0, 2, -1, ""))), 8)));
                told.add(side.normal(all(after.client, group)));
                return told.toString();
            }
        });
        assertThat(answer).contains("0:82", "committedOffset=1");
    }

    @Test
    void aCommitInARebalanceIsTakenOrPutOffAsKafkaDoes() throws Exception {
        both.same("G.69", side -> {
            Topic topic = side.topic("rebalanced", 1, Map.of());
            String group = side.uniqueName("rebalanced.group");
            List<Object> told = new ArrayList<>();
            try (GroupMember first = GroupMember.of(side, group).settle();
                    GroupMember second = GroupMember.of(side, group)) {
                second.joinOnce(5);
                second.sendJoin(5);
                for (Deadline deadline = Deadline.inSeconds(10); deadline.goOn(); ) {
                    if (first.heartbeat(3).errorCode() == 27) {
                        break;
                    }
                }
                // While the group prepares, the old generation may still commit what it has done.
                told.add(codes(first.client.ask(by(first, commit(group, topic, committed(0, 1, -1, ""))), 8)));
                first.sendJoin(5);
                first.receiveJoin();
                second.receiveJoin();
                told.add(codes(first.client.ask(by(first, commit(group, topic, committed(0, 2, -1, ""))), 8)));
                told.add(side.normal(all(first.client, group)));
                return told.toString();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 10})
    void notesAreBounded(int version) throws Exception {
        String answer = both.same("G.71", side -> {
            Topic topic = side.topic("noted", 2, Map.of());
            String group = side.uniqueName("noted.group");
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, group);
                OffsetCommitResponseData told = client.ask(
                        commit(
                                group,
                                topic,
                                committed(0, 1, -1, "x".repeat(4096)),
                                committed(1, 1, -1, "x".repeat(4097))),
                        version);
                return codes(told) + side.normal(all(client, group)).replaceAll("x{4096}", "LONG");
            }
        });
        assertThat(answer).contains("0:0", "1:12", "LONG");
    }

    private static OffsetDeleteRequestData delete(String group, String topic, int... partitions) {
        List<OffsetDeleteRequestPartition> rows = new ArrayList<>();
        for (int partition : partitions) {
            rows.add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
        }
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics().add(new OffsetDeleteRequestTopic().setName(topic).setPartitions(rows));
        return request;
    }

    private static String normal(Side side, OffsetDeleteResponseData answer) {
        return side.normal(answer.errorCode() + " "
                + answer.topics().stream()
                        .map(topic -> topic.name()
                                + topic.partitions().stream()
                                        .map(row -> row.partitionIndex() + ":" + row.errorCode())
                                        .sorted()
                                        .toList())
                        .toList());
    }

    private static String subscription(String topic) {
        return new String(
                MessageUtil.toVersionPrefixedBytes(
                        (short) 1, new ConsumerProtocolSubscription().setTopics(List.of(topic))),
                java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @Test
    void offsetsAreDeletedUnlessTheGroupReadsTheTopic() throws Exception {
        String answer = both.same("G.69", side -> {
            Topic read = side.topic("read", 1, Map.of());
            Topic left = side.topic("left", 2, Map.of());
            String group = side.uniqueName("deleting");
            List<String> told = new ArrayList<>();
            try (GroupMember member = GroupMember.of(side, group)) {
                member.subscription = subscription(read.name());
                member.settle();
                WireClient client = member.client;
                client.ask(by(member, commit(group, read, committed(0, 1, -1, ""))), 8);
                client.ask(by(member, commit(group, left, committed(0, 2, -1, ""), committed(1, 3, -1, ""))), 8);
                told.add(normal(side, client.ask(delete(group, read.name(), 0), 0)));
                told.add(normal(side, client.ask(delete(group, left.name(), 0, 5), 0)));
                told.add(normal(side, client.ask(delete(group, "no.such.topic", 0), 0)));
                told.add(normal(side, client.ask(delete("no.such.group", left.name(), 0), 0)));
                told.add(normal(side, client.ask(delete("", left.name(), 0), 0)));
                told.add(side.normal(all(client, group)));
                member.leave(3);
                told.add(normal(side, client.ask(delete(group, read.name(), 0), 0)));
                told.add(normal(side, client.ask(delete(group, left.name(), 1), 0)));
                told.add(side.normal(all(client, group)));
                return String.join("\n", told);
            }
        });
        assertThat(answer).contains("read[0:86]", "left[0:0, 5:3]", "69 ");
    }

    @Test
    void aDeletedTopicTakesItsOffsetsAlong() throws Exception {
        String answer = both.same("G.76", side -> {
            Topic doomed = side.topic("doomed", 1, Map.of());
            Topic stays = side.topic("stays", 1, Map.of());
            String group = side.uniqueName("mourning");
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, group);
                client.ask(commit(group, doomed, committed(0, 1, -1, "")), 8);
                client.ask(commit(group, stays, committed(0, 2, -1, "")), 8);
                client.ask(
                        new DeleteTopicsRequestData()
                                .setTopics(List.of(new DeleteTopicState().setName(doomed.name())))
                                .setTimeoutMs(10_000),
                        6);
                for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
                    if (!all(client, group).toString().contains(doomed.name())) {
                        break;
                    }
                }
                return side.normal(all(client, group)) + side.normal(sorted(client.ask(fetch(10, group, null), 10)));
            }
        });
        assertThat(answer).contains("stays").doesNotContain("doomed");
    }
}
