package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.GROUP;
import static io.millrace.verticles.group.GroupFixture.commitOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Offsets expire when nobody has use for them any more, and not before. */
class OffsetExpiryTest {
    private static final long RETENTION_MS = GroupSettings.DEFAULTS.offsetsRetentionMs();
    private static final long CHECK_MS = GroupSettings.DEFAULTS.offsetsRetentionCheckIntervalMs();

    private final GroupFixture groups = new GroupFixture();

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

    private void replayOldCommit(int partition, long expireTimestampMs) {
        groups.machine.replay(
                ByteBuffer.wrap(new RecordKey.Offset("s", "t", partition).toBytes()),
                ByteBuffer.wrap(new OffsetValue(9, -1, "", groups.nowMs, expireTimestampMs, Uuid.ZERO_UUID).toBytes()),
                partition,
                groups.nowMs);
    }
}
