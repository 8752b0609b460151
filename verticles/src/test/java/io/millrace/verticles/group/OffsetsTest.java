package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.GROUP;
import static io.millrace.verticles.group.GroupFixture.commitOf;
import static io.millrace.verticles.group.GroupFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.Test;

/** Committing, fetching, deleting and expiry of offsets, rule by rule. */
class OffsetsTest {
    private static final long RETENTION_MS = GroupSettings.DEFAULTS.offsetsRetentionMs();
    private static final long CHECK_MS = GroupSettings.DEFAULTS.offsetsRetentionCheckIntervalMs();

    private final GroupFixture groups = new GroupFixture();

    // ---- committing ----

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

    // ---- fetching ----

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

    // ---- deleting ----

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

    // ---- expiry ----

    @Test
    void offsetsOfAGroupWithoutMembersExpireFromWhenTheLastOneLeft() {
        String id = groups.stableGroup(1).get(0);
        groups.commitOffset(id, 1, 5);
        for (long passed = 0; passed < 2 * RETENTION_MS; passed += GroupFixture.SESSION_MS / 2) {
            groups.nowMs += GroupFixture.SESSION_MS / 2;
            groups.heartbeat(id, 1);
        }
        groups.leave(id);

        groups.pass(RETENTION_MS - 1);
        assertThat(groups.offset(GROUP, "t", 0)).isEqualTo(5);
        groups.pass(CHECK_MS + 1);

        assertThat(groups.offset(GROUP, "t", 0)).isEqualTo(-1);
        assertThat(groups.describe(GROUP).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    }

    @Test
    void ofAStableGroupOnlyTheOffsetsOfTopicsThatNobodyReadsExpire() {
        String id = groups.stableGroup(1).get(0);
        groups.commitOffset(id, 1, 5);
        groups.commitOffsets(commitOf(GROUP, id, 1, "u", 0, 6), 9);

        for (long passed = 0; passed <= RETENTION_MS + CHECK_MS; passed += GroupFixture.SESSION_MS / 2) {
            groups.pass(GroupFixture.SESSION_MS / 2);
            groups.heartbeat(id, 1);
        }

        assertThat(groups.offset(GROUP, "t", 0)).isEqualTo(5);
        assertThat(groups.offset(GROUP, "u", 0)).isEqualTo(-1);
    }

    @Test
    void offsetsOfASimpleGroupExpireFromTheirCommit() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7), 9);
        groups.pass(RETENTION_MS / 2);
        groups.commitOffsets(commitOf("s", "", -1, "t", 1, 8), 9);

        groups.pass(RETENTION_MS / 2 + CHECK_MS);

        assertThat(groups.offset("s", "t", 0)).isEqualTo(-1);
        assertThat(groups.offset("s", "t", 1)).isEqualTo(8);
        assertThat(groups.machine.counts().offsetsExpired()).isEqualTo(1);
    }

    @Test
    void anExpiryThatARecordBringsHoldsInsteadOfTheRetention() {
        groups.machine = new GroupCoordinatorMachine(groups.settings, UUID::randomUUID, groups);
        replayOldCommit(0, groups.nowMs + RETENTION_MS * 3);
        replayOldCommit(1, groups.nowMs + 1);
        groups.machine.loaded(groups.nowMs);

        groups.pass(RETENTION_MS * 2);

        assertThat(groups.offset("s", "t", 0)).isEqualTo(9);
        assertThat(groups.offset("s", "t", 1)).isEqualTo(-1);
    }

    @Test
    void aRetentionThatARequestBringsIsKept() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7).setRetentionTimeMs(1_000), 4);

        groups.pass(CHECK_MS);

        assertThat(groups.offset("s", "t", 0)).isEqualTo(-1);
    }

    @Test
    void aRetentionBeyondAllTimeIsForEver() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7).setRetentionTimeMs(Long.MAX_VALUE), 4);

        groups.pass(2 * RETENTION_MS);

        assertThat(groups.offset("s", "t", 0)).isEqualTo(7);
    }

    @Test
    void anExpiryThatTheLogRefusesIsTriedAgain() {
        groups.commitOffsets(commitOf("s", "", -1, "t", 0, 7).setRetentionTimeMs(1_000), 4);
        groups.appends = Errors.NOT_ENOUGH_REPLICAS;
        groups.pass(CHECK_MS);
        assertThat(groups.offset("s", "t", 0)).isEqualTo(7);
        groups.appends = Errors.NONE;

        groups.pass(CHECK_MS);

        assertThat(groups.offset("s", "t", 0)).isEqualTo(-1);
    }

    @Test
    void manyGroupsAreLookedAtInSlices() {
        for (int i = 0; i < 2_500; i++) {
            groups.commitOffsets(commitOf("s" + i, "", -1, "t", 0, 7).setRetentionTimeMs(1_000), 4);
        }
        groups.pass(CHECK_MS);
        assertThat(groups.machine.counts().groups()).isEqualTo(1_500);

        groups.pass(2);

        assertThat(groups.machine.counts().groups()).isZero();
        assertThat(groups.machine.nextDeadlineMs()).isEqualTo(GroupCoordinatorMachine.NEVER);
    }

    // ---- loading ----

    @Test
    void recordsOfOtherGroupKindsAndUnreadableOnesAreLeftAlone() {
        GroupCoordinatorMachine machine = new GroupCoordinatorMachine(groups.settings, UUID::randomUUID, groups);
        machine.replay(ByteBuffer.wrap(new byte[] {0, 3, 1, 2}), ByteBuffer.wrap(new byte[] {0, 0}), 0, 0);
        machine.replay(ByteBuffer.wrap(new byte[] {0, 16}), null, 1, 0);
        machine.replay(null, ByteBuffer.wrap(new byte[] {0, 0}), 2, 0);
        machine.replay(ByteBuffer.wrap(new byte[] {0, 1, 0}), null, 3, 0);
        machine.replay(
                ByteBuffer.wrap(new RecordKey.Group("g").toBytes()), ByteBuffer.wrap(new byte[] {0, 3, 0}), 4, 0);
        machine.loaded(groups.nowMs);

        assertThat(machine.counts().recordsAside()).isEqualTo(2);
        assertThat(machine.counts().recordsUnreadable()).isEqualTo(3);
        assertThat(machine.counts().groups()).isZero();
    }

    @Test
    void loadedMembersGetAFullSession() {
        List<String> ids = groups.stableGroup(2);
        groups.pass(GroupFixture.SESSION_MS - 1);

        groups.reload();
        groups.pass(GroupFixture.SESSION_MS - 1);

        assertThat(groups.heartbeat(ids.get(0), 1)).isEqualTo(Errors.NONE);
        groups.pass(1);
        assertThat(groups.heartbeat(ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aLoadedMemberHasItsAssignment() {
        List<String> ids = groups.stableGroup(2);

        groups.reload();

        assertThat(new String(groups.sync(ids.get(1), 1).get().assignment())).isEqualTo(ids.get(1));
    }

    @Test
    void offsetsAndTheirGroupMayComeInAnyOrder() {
        String id = groups.stableGroup(1).get(0);
        groups.commitOffset(id, 1, 5);
        // Compaction keeps the last record of each key: the group's may stand behind its offsets.
        int last = groups.log.size() - 1;
        groups.keepOnly(List.of(groups.log.get(last), groups.log.get(last - 1)));

        groups.reload();

        assertThat(groups.offset(GROUP, "t", 0)).isEqualTo(5);
        assertThat(groups.heartbeat(id, 1)).isEqualTo(Errors.NONE);
    }

    private void replayOldCommit(int partition, long expireTimestampMs) {
        groups.machine.replay(
                ByteBuffer.wrap(new RecordKey.Offset("s", "t", partition).toBytes()),
                ByteBuffer.wrap(new OffsetValue(9, -1, "", groups.nowMs, expireTimestampMs, Uuid.ZERO_UUID).toBytes()),
                partition,
                groups.nowMs);
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
