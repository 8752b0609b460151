package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.INITIAL_DELAY_MS;
import static io.millrace.verticles.group.GroupFixture.REBALANCE_MS;
import static io.millrace.verticles.group.GroupFixture.codeOfSync;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import java.util.List;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.junit.jupiter.api.Test;

/**
 * How assignments of the classic protocol are handed out, and to whom they are not.
 *
 * <p>Thread: one.
 */
class ClassicSyncTest {
    private final GroupFixture groups = new GroupFixture();

    @Test
    void assignmentsAreHandedOutWhenTheyAreInTheLog() {
        List<String> ids = List.of(groups.newMember(), groups.newMember());
        Reply<JoinGroupResponseData> join = groups.join(ids.get(0));
        groups.join(ids.get(1));
        groups.pass(2 * INITIAL_DELAY_MS);
        String leader = join.get().leader();
        String follower = ids.get(0).equals(leader) ? ids.get(1) : ids.get(0);
        groups.commitsAtOnce = false;

        Reply<SyncGroupResponseData> followers = groups.sync(follower, 1);
        Reply<SyncGroupResponseData> leaders = groups.sync(leader, 1, leader, follower);

        assertThat(followers.there()).isFalse();
        assertThat(leaders.there()).isFalse();
        groups.commit();
        assertThat(new String(followers.get().assignment())).isEqualTo(follower);
        assertThat(new String(leaders.get().assignment())).isEqualTo(leader);
        assertThat(leaders.get().protocolName()).isEqualTo("range");
        assertThat(groups.stateName()).isEqualTo("Stable");
    }

    @Test
    void aSecondAssignmentOfOneGenerationIsNotTaken() {
        String id = groups.newMember();
        groups.join(id);
        groups.pass(INITIAL_DELAY_MS);
        groups.commitsAtOnce = false;
        Reply<SyncGroupResponseData> first = groups.sync(id, 1, id);
        int appended = groups.log.size();
        Reply<SyncGroupResponseData> again = groups.sync(id, 1);

        groups.commit();

        assertThat(groups.log).hasSize(appended);
        assertThat(codeOfSync(first)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(new String(again.get().assignment())).isEqualTo(id);
    }

    @Test
    void aMemberThatTheLeaderForgotGetsAnEmptyAssignment() {
        List<String> ids = groups.stableGroup(2);
        groups.join(ids.get(0));
        groups.join(ids.get(1));
        Reply<SyncGroupResponseData> follower = groups.sync(ids.get(1), 2);
        groups.sync(ids.get(0), 2, ids.get(0));

        assertThat(codeOfSync(follower)).isEqualTo(Errors.NONE);
        assertThat(follower.get().assignment()).isEmpty();
    }

    @Test
    void syncsOfTheWrongGenerationMemberOrProtocolAreRefused() {
        List<String> ids = groups.stableGroup(1);

        assertThat(codeOfSync(groups.sync(ids.get(0), 2))).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(codeOfSync(groups.sync("nobody", 1))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(GroupFixture.GROUP)
                .setMemberId(ids.get(0))
                .setGenerationId(1);
        assertThat(codeOfSync(groups.sync(request, 4))).isEqualTo(Errors.NONE);
        assertThat(codeOfSync(groups.sync(request, 5))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(codeOfSync(groups.sync(request.setProtocolType("consumer").setProtocolName("sticky"), 5)))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(codeOfSync(groups.sync(request.setGroupId("other").setProtocolName("range"), 5)))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberThatDoesNotSyncInTimeIsOut() {
        String a = groups.newMember();
        String b = groups.newMember();
        Reply<JoinGroupResponseData> join = groups.join(a);
        groups.join(b);
        groups.pass(2 * INITIAL_DELAY_MS);
        String leader = join.get().leader();
        String lazy = leader.equals(a) ? b : a;
        groups.sync(leader, 1, leader, lazy);
        for (int i = 0; i < 12; i++) {
            groups.pass(REBALANCE_MS / 12);
            groups.heartbeat(leader, 1);
            groups.heartbeat(lazy, 1);
        }

        assertThat(groups.heartbeat(lazy, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.heartbeat(leader, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void anAssignmentThatTheLogRefusesSendsEverybodyBackToJoin() {
        String id = groups.newMember();
        groups.join(id);
        groups.pass(INITIAL_DELAY_MS);
        groups.appends = Errors.NOT_ENOUGH_REPLICAS;

        Reply<SyncGroupResponseData> sync = groups.sync(id, 1, id);

        assertThat(codeOfSync(sync)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(groups.stateName()).isEqualTo("PreparingRebalance");
    }

    @Test
    void anAssignmentThatFitsIntoNoBatchIsRefused() {
        GroupFixture small = new GroupFixture(new GroupSettings(6_000, 1_800_000, 3_000, 9, 1, 1, 10, 300));
        String id = small.newMember();
        small.join(id);
        small.pass(INITIAL_DELAY_MS);

        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(GroupFixture.GROUP)
                .setMemberId(id)
                .setGenerationId(1);
        request.assignments()
                .add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(id)
                        .setAssignment(new byte[300]));

        assertThat(codeOfSync(small.sync(request, 4))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }
}
