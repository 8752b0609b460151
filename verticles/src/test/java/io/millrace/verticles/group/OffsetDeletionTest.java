package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.GROUP;
import static io.millrace.verticles.group.GroupFixture.commitOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.junit.jupiter.api.Test;

/** What deletes offsets and groups, and what may not be deleted. */
class OffsetDeletionTest {
    private final GroupFixture groups = new GroupFixture();

    @Test
    void offsetsOfATopicThatIsReadCannotBeDeleted() {
        String id = groups.stableGroup(1).get(0);
        groups.commitOffset(id, 1, 5);

        assertThat(deleteOffsets(GROUP, "t")
                        .topics()
                        .find("t")
                        .partitions()
                        .find(0)
                        .errorCode())
                .isEqualTo(Errors.GROUP_SUBSCRIBED_TO_TOPIC.code());
        assertThat(groups.offset(GROUP, "t", 0)).isEqualTo(5);
    }

    @Test
    void offsetsOfATopicThatIsNotReadCanBeDeleted() {
        String id = groups.stableGroup(1).get(0);
        groups.commitOffsets(commitOf(GROUP, id, 1, "u", 0, 5), 9);

        assertThat(deleteOffsets(GROUP, "u")
                        .topics()
                        .find("u")
                        .partitions()
                        .find(0)
                        .errorCode())
                .isZero();
        assertThat(groups.offset(GROUP, "u", 0)).isEqualTo(-1);
        groups.reload();
        assertThat(groups.offset(GROUP, "u", 0)).isEqualTo(-1);
    }

    @Test
    void offsetsOfAGroupThatIsNotThereCannotBeDeleted() {
        assertThat(deleteOffsets("nobody", "t").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(deleteOffsets("", "t").errorCode()).isEqualTo(Errors.INVALID_GROUP_ID.code());
    }

    @Test
    void offsetsGoWithTheirTopicButNotWithAnOlderOneOfTheName() {
        OffsetCommitRequestData young = commitOf("s", "", -1, "t", 0, 7);
        young.topics().get(0).setTopicId(new Uuid(1, 2));
        groups.commitOffsets(young, 10);
        groups.commitOffsets(commitOf("s", "", -1, "t", 1, 8), 9);
        groups.commitOffsets(commitOf("s", "", -1, "u", 0, 9), 9);
        Reply<Errors> done = new Reply<>();

        groups.machine.topicsDeleted(List.of(new DeletedTopic(new UUID(1, 1), "t")), groups.nowMs, done);
        groups.commit();

        assertThat(done.get()).isEqualTo(Errors.NONE);
        assertThat(groups.offset("s", "t", 0)).as("another topic's").isEqualTo(7);
        assertThat(groups.offset("s", "t", 1)).as("of no known topic").isEqualTo(-1);
        assertThat(groups.offset("s", "u", 0)).isEqualTo(9);
    }

    @Test
    void aDeletedGroupIsGoneWithItsOffsetsAlsoWhenTheyTakeManyBatches() {
        GroupFixture small = new GroupFixture(new GroupSettings(1, 1_000_000, 0, 9, 1, 1_000, 4_096, 300));
        for (int partition = 0; partition < 20; partition++) {
            small.commitOffsets(commitOf("s", "", -1, "t", partition, 7), 9);
        }
        int before = small.log.size();

        assertThat(small.deleteGroup("s")).isEqualTo(Errors.NONE);

        assertThat(small.log.size() - before).isGreaterThan(2);
        small.reload();
        assertThat(small.describe("s").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(small.machine.counts().offsets()).isZero();
    }

    @Test
    void onlyAnEmptyGroupCanBeDeleted() {
        groups.stableGroup(1);

        assertThat(groups.deleteGroup(GROUP)).isEqualTo(Errors.NON_EMPTY_GROUP);
        assertThat(groups.deleteGroup("nobody")).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    private OffsetDeleteResponseData deleteOffsets(String group, String topic) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0))));
        Reply<OffsetDeleteResponseData> reply = new Reply<>();
        groups.machine.deleteOffsets(request, groups.nowMs, reply);
        groups.commit();
        return reply.get();
    }
}
