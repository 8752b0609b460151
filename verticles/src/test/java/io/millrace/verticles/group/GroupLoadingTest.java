package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a coordinator makes of the records that it finds. */
class GroupLoadingTest {
    private final GroupFixture groups = new GroupFixture();

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
}
