package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.commitOf;
import static io.millrace.verticles.group.GroupFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.Test;

/** Committing and fetching of offsets, rule by rule. */
class OffsetCommitsTest {
    private final GroupFixture groups = new GroupFixture();

    @Test
    void aCommitIsAnsweredWhenItIsInTheLog() {
        groups.commitsAtOnce = false;

        Reply<OffsetCommitResponseData> commit = groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);

        assertThat(commit.there()).isFalse();
        groups.commit();
        assertThat(error(commit)).isEqualTo(Errors.NONE);
    }

    @Test
    void whatIsReadWaitsForWhatItRestsOn() {
        groups.commitsAtOnce = false;
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);

        Reply<OffsetFetchResponseGroup> fetch = groups.fetchOffsets(
                new OffsetFetchRequestGroup().setGroupId("s").setTopics(null));

        assertThat(fetch.there()).isFalse();
        groups.commit();
        assertThat(fetch.get().topics().get(0).partitions().get(0).committedOffset())
                .isEqualTo(7);
    }

    @Test
    void whoeverWaitsIsToldWhenThePartitionIsLost() {
        groups.commitsAtOnce = false;
        Reply<OffsetCommitResponseData> commit = groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);
        Reply<OffsetFetchResponseGroup> fetch = groups.fetchOffsets(
                new OffsetFetchRequestGroup().setGroupId("s").setTopics(null));

        groups.machine.unload(Errors.NOT_COORDINATOR);

        assertThat(error(commit)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(fetch.get().errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
    }

    @Test
    void aRefusedCommitChangesNothing() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);
        groups.appends = Errors.NOT_ENOUGH_REPLICAS;

        Reply<OffsetCommitResponseData> commit = groups.commitOffsets(commitOf("s", "", -1, "t", 0, 8), 9);

        assertThat(error(commit)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(groups.offset("s", "t", 0)).isEqualTo(7);
    }

    @Test
    void aCommitThatFitsIntoNoBatchIsRefused() {
        GroupFixture small = new GroupFixture(new GroupSettings(1, 1_000_000, 0, 9, 1, 1_000, 4_096, 200));

        assertThat(error(small.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9)))
                .isEqualTo(Errors.NONE);
        OffsetCommitRequestData large = commitOf("s", "", -1, "t", 0, 7);
        large.topics().get(0).partitions().get(0).setCommittedMetadata("x".repeat(150));
        assertThat(error(small.commitOffsets(large, 9))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void aCommitOfNobodyMakesASimpleGroup() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);

        assertThat(groups.describe("s").groupState()).isEqualTo("Empty");
        assertThat(groups.describe("s").protocolType()).isEmpty();
        assertThat(groups.list(List.of(), List.of("Classic"))).hasSize(1);
    }

    @Test
    void nobodyMayCommitForAGroupThatHasMembers() {
        groups.stableGroup(1);

        assertThat(groups.commitOffset("", -1, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.commitOffset("nobody", 1, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void onlyTheCurrentGenerationMayCommit() {
        String id = groups.stableGroup(1).get(0);

        assertThat(groups.commitOffset(id, 0, 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.commitOffset(id, 2, 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.commitOffset(id, 1, 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aMemberMayCommitWhileTheGroupPreparesButNotWhileItCompletes() {
        List<String> ids = groups.stableGroup(2);
        groups.join(ids.get(0));
        assertThat(groups.commitOffset(ids.get(1), 1, 1)).isEqualTo(Errors.NONE);

        groups.join(ids.get(1));

        assertThat(groups.commitOffset(ids.get(1), 2, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(groups.commitOffset(ids.get(1), 1, 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
    }

    @Test
    void aMemberOfAGroupThatIsNotThereMayNotCommit() {
        assertThat(error(groups.commitOffsets(commitOf("s", "m", 3, "t", 0, 7), 8)))
                .isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(error(groups.commitOffsets(commitOf("s", "m", 3, "t", 0, 7), 9)))
                .isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void metadataHasALimitPerPartition() {
        OffsetCommitRequestData request = commitOf("s", "", -1, "t", 0, 7);
        request.topics().get(0).partitions().get(0).setCommittedMetadata("x".repeat(4_097));
        request.topics()
                .get(0)
                .partitions()
                .add(new OffsetCommitRequestPartition()
                        .setPartitionIndex(1)
                        .setCommittedOffset(8)
                        .setCommittedMetadata("x".repeat(4_096)));

        OffsetCommitResponseData response = groups.commitOffsets(request, 9).get();

        assertThat(response.topics().get(0).partitions().stream().map(p -> Errors.forCode(p.errorCode())))
                .containsExactly(Errors.OFFSET_METADATA_TOO_LARGE, Errors.NONE);
        assertThat(groups.offset("s", "t", 0)).isEqualTo(-1);
        assertThat(groups.offset("s", "t", 1)).isEqualTo(8);
    }

    @Test
    void leaderEpochAndMetadataComeBack() {
        OffsetCommitRequestData request = commitOf("s", "", -1, "t", 0, 7);
        request.topics().get(0).partitions().get(0).setCommittedLeaderEpoch(4);
        groups.commitOffsets(request, 9);
        groups.reload();

        OffsetFetchResponseGroup all = groups.fetchOffsets(
                        new OffsetFetchRequestGroup().setGroupId("s").setTopics(null))
                .get();

        assertThat(all.topics().get(0).partitions().get(0).committedLeaderEpoch())
                .isEqualTo(4);
        assertThat(all.topics().get(0).partitions().get(0).metadata()).isEqualTo("meta");
    }

    @Test
    void whatWasNeverCommittedIsMinusOne() {
        OffsetFetchResponseGroup fetched = groups.fetchOffsets(new OffsetFetchRequestGroup()
                        .setGroupId("nobody")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(List.of(0)))))
                .get();

        assertThat(fetched.errorCode()).isZero();
        assertThat(fetched.topics().get(0).partitions().get(0).committedOffset())
                .isEqualTo(-1);
        assertThat(fetched.topics().get(0).partitions().get(0).committedLeaderEpoch())
                .isEqualTo(-1);
        assertThat(groups.fetchOffsets(new OffsetFetchRequestGroup()
                                .setGroupId("nobody")
                                .setTopics(null))
                        .get()
                        .topics())
                .isEmpty();
    }

    @Test
    void whatWasCommittedForAnOlderTopicOfTheNameIsNotGiven() {
        OffsetCommitRequestData request = commitOf("s", "", -1, "t", 0, 7);
        request.topics().get(0).setTopicId(new Uuid(1, 1));
        groups.commitOffsets(request, 10);

        OffsetFetchResponseGroup fetched = groups.fetchOffsets(new OffsetFetchRequestGroup()
                        .setGroupId("s")
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics()
                                        .setName("t")
                                        .setTopicId(new Uuid(1, 2))
                                        .setPartitionIndexes(List.of(0)),
                                new OffsetFetchRequestTopics()
                                        .setName("t")
                                        .setTopicId(new Uuid(1, 1))
                                        .setPartitionIndexes(List.of(0)))))
                .get();

        assertThat(fetched.topics().stream().map(t -> t.partitions().get(0).committedOffset()))
                .containsExactly(-1L, 7L);
    }
}
