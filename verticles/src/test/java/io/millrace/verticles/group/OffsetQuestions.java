package io.millrace.verticles.group;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;

/**
 * Commits and fetches of offsets, and what an administrator asks, put to both coordinators.
 *
 * <p>Thread: the test's.
 */
final class OffsetQuestions {
    private static final List<String> TOPICS = List.of("t", "u", "v");

    private final Random random;
    private final RandomMembers members;
    private final BothCoordinators both;
    private final AnswersOfBoth answers;

    OffsetQuestions(Random random, RandomMembers members, BothCoordinators both, AnswersOfBoth answers) {
        this.random = random;
        this.members = members;
        this.both = both;
        this.answers = answers;
    }

    void commitOffsets() {
        String group = any(KafkaComparison.GROUPS);
        boolean simple = random.nextInt(3) == 0;
        String memberId = simple ? "" : members.anyMember(group);
        int version = any(List.of(9, 9, 8, 4, 2));
        OffsetCommitRequestData request = GroupFixture.commitOf(
                        group,
                        memberId,
                        simple ? -1 : members.anyGeneration(group),
                        any(TOPICS),
                        random.nextInt(2),
                        random.nextInt(1_000))
                .setGroupInstanceId(simple ? null : members.instanceOf(memberId));
        request.topics().get(0).partitions().get(0).setCommittedLeaderEpoch(random.nextInt(3) - 1);
        // Metadata that is too large makes a group in Kafka's memory that is in no record; not in ours.
        String large = request.generationIdOrMemberEpoch() < 0 ? "" : "x".repeat(11);
        request.topics().get(0).partitions().get(0).setCommittedMetadata(any(Arrays.asList(null, "", "meta", large)));
        if (version < 5 && random.nextBoolean()) {
            request.setRetentionTimeMs(random.nextInt(100_000));
        }
        if (random.nextInt(3) == 0) {
            request.topics().get(0).setTopicId(new Uuid(1, 1 + random.nextInt(2)));
        }
        ClientContext client = GroupFixture.from("c", version);
        AnswersOfBoth.Asked commit = answers.ask(both.nowMs(), "commit " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.commitOffset(KafkaShard.context(client), request),
                        error -> GroupErrors.commit(request, error),
                        response -> commit.kafkas = response.toString());
        both.machine().commitOffsets(request, client, both.nowMs(), response -> commit.ours = response.toString());
    }

    void fetchOffsets() {
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup().setGroupId(any(KafkaComparison.GROUPS));
        if (random.nextBoolean()) {
            request.setTopics(List.of(new OffsetFetchRequestTopics()
                    .setName(any(TOPICS))
                    .setTopicId(random.nextBoolean() ? Uuid.ZERO_UUID : new Uuid(1, 1 + random.nextInt(2)))
                    .setPartitionIndexes(List.of(0, 1, 2))));
        } else {
            request.setTopics(null);
        }
        AnswersOfBoth.Asked fetch = answers.ask(both.nowMs(), "fetch " + request, false);
        fetch.kafkas = sorted(
                both.kafka().shard.fetchOffsets(request, KafkaShard.LATEST).topics());
        both.machine().fetchOffsets(request, false, both.nowMs(), response -> fetch.ours = sorted(response.topics()));
    }

    void administer() {
        String group = any(KafkaComparison.GROUPS);
        switch (random.nextInt(4)) {
            case 0 -> deleteGroup(group);
            case 1 -> deleteOffsets(group);
            case 2 -> deleteTopic();
            default -> list();
        }
    }

    private void deleteGroup(String group) {
        AnswersOfBoth.Asked delete = answers.ask(both.nowMs(), "delete " + group, false);
        both.kafka()
                .write(
                        () -> both.kafka()
                                .shard
                                .deleteGroups(KafkaShard.context(GroupFixture.from("c", 2)), List.of(group)),
                        error -> new DeletableGroupResultCollection(),
                        response -> delete.kafkas = response.iterator().next().toString());
        both.machine().deleteGroup(group, both.nowMs(), response -> delete.ours = response.toString());
    }

    private void deleteOffsets(String group) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(any(TOPICS))
                        .setPartitions(List.of(
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0),
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(1))));
        AnswersOfBoth.Asked delete = answers.ask(both.nowMs(), "delete offsets " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.deleteOffsets(KafkaShard.context(GroupFixture.from("c", 0)), request),
                        GroupErrors::offsetDelete,
                        response -> delete.kafkas = response.toString());
        both.machine().deleteOffsets(request, both.nowMs(), response -> delete.ours = response.toString());
    }

    private void deleteTopic() {
        String topic = any(TOPICS);
        UUID id = new UUID(1, 1 + random.nextInt(2));
        answers.note(both.nowMs(), "topic deleted " + topic + " " + id);
        both.kafka()
                .write(
                        () -> both.kafka()
                                .shard
                                .onTopicsDeleted(List.of(new GroupCoordinatorShard.DeletedTopic(
                                        new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()), topic))),
                        error -> null,
                        done -> {});
        both.machine().topicsDeleted(List.of(new DeletedTopic(id, topic)), both.nowMs(), done -> {});
    }

    private void list() {
        List<String> states = any(List.of(List.of(), List.of("stable"), List.of("Empty", "PreparingRebalance")));
        List<String> types = any(List.of(List.of(), List.of("classic"), List.of("consumer")));
        AnswersOfBoth.Asked list = answers.ask(both.nowMs(), "list " + states + types, false);
        both.machine().listGroups(states, types, both.nowMs(), listed -> list.ours = sorted(listed));
        list.kafkas = sorted(both.kafka().shard.listGroups(states, types, KafkaShard.LATEST));
    }

    private static String sorted(List<?> rows) {
        return rows.stream().map(Object::toString).sorted().toList().toString();
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
