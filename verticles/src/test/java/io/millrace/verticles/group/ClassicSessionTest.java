package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.INITIAL_DELAY_MS;
import static io.millrace.verticles.group.GroupFixture.SESSION_MS;
import static io.millrace.verticles.group.GroupFixture.code;
import static io.millrace.verticles.group.GroupFixture.identity;
import static io.millrace.verticles.group.GroupFixture.joinOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import java.util.List;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.junit.jupiter.api.Test;

/**
 * How long a member of a classic group stays, and how it leaves.
 *
 * <p>Thread: one.
 */
class ClassicSessionTest {
    private final GroupFixture groups = new GroupFixture();

    @Test
    void aMemberWithoutHeartbeatsIsOut() {
        List<String> ids = groups.stableGroup(2);
        groups.pass(SESSION_MS - 1);
        groups.heartbeat(ids.get(0), 1);

        groups.pass(1);

        assertThat(groups.heartbeat(ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.heartbeat(ids.get(0), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void heartbeatsAndCommitsKeepAMember() {
        String id = groups.stableGroup(1).get(0);
        for (int i = 0; i < 5; i++) {
            groups.pass(SESSION_MS - 1);
            assertThat(groups.heartbeat(id, 1)).isEqualTo(Errors.NONE);
            groups.pass(SESSION_MS - 1);
            assertThat(groups.commitOffset(id, 1, i)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void aMemberWhoseJoinIsParkedIsAlive() {
        List<String> ids = groups.stableGroup(2);
        Reply<JoinGroupResponseData> parked = groups.join(ids.get(0));
        for (int i = 0; i < 5; i++) {
            groups.pass(SESSION_MS - 1);
            groups.heartbeat(ids.get(1), 1);
        }

        groups.join(ids.get(1));

        assertThat(parked.get().generationId()).isEqualTo(2);
    }

    @Test
    void theFirstJoinOfANewMemberIsParkedForFiveMinutesAtMost() {
        GroupFixture slow = new GroupFixture();
        JoinGroupRequestData patient = joinOf("", "i", "range").setRebalanceTimeoutMs(Integer.MAX_VALUE);
        slow.join(patient, 9);
        slow.pass(INITIAL_DELAY_MS);
        Reply<JoinGroupResponseData> fresh =
                slow.join(joinOf("", "j", "range").setRebalanceTimeoutMs(Integer.MAX_VALUE), 9);
        String member = slow.describe(GroupFixture.GROUP).members().stream()
                .filter(m -> m.groupInstanceId().equals("i"))
                .findFirst()
                .orElseThrow()
                .memberId();
        for (long i = 0; i < ClassicSessions.NEW_MEMBER_JOIN_TIMEOUT_MS; i += SESSION_MS / 2) {
            slow.heartbeat(member, 1);
            slow.pass(SESSION_MS / 2);
        }

        assertThat(code(fresh)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whoCouldNotBeHeardHasAFullSessionFromWhenItCan() {
        String id = groups.stableGroup(1).get(0);
        groups.nowMs += 3 * SESSION_MS;

        groups.machine.heardAgain(groups.nowMs);

        groups.pass(SESSION_MS - 1);
        assertThat(groups.heartbeat(id, 1)).isEqualTo(Errors.NONE);
        groups.pass(SESSION_MS);
        assertThat(groups.heartbeat(id, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRebalanceInWhichNobodyCouldBeHeardWaitsForItsMembersAnew() {
        List<String> ids = groups.stableGroup(2);
        Reply<JoinGroupResponseData> parked = groups.join(ids.get(0));
        groups.nowMs += 2 * GroupFixture.REBALANCE_MS;

        groups.machine.heardAgain(groups.nowMs);

        groups.pass(SESSION_MS - 1);
        assertThat(parked.there()).isFalse();
        Reply<JoinGroupResponseData> late = groups.join(ids.get(1));
        assertThat(parked.get().generationId()).isEqualTo(2);
        assertThat(late.get().generationId()).isEqualTo(2);
    }

    @Test
    void nobodyHasLessTimeForNotHavingBeenHeard() {
        String id = groups.stableGroup(1).get(0);
        Reply<JoinGroupResponseData> fresh = groups.join(joinOf("", "j", "range"), 9);

        groups.machine.heardAgain(groups.nowMs);

        for (int i = 0; i < 3; i++) {
            groups.heartbeat(id, 1);
            groups.pass(SESSION_MS - 1);
        }
        assertThat(fresh.there()).as("parked for five minutes").isFalse();
    }

    @Test
    void heartbeatsOfTheWrongGenerationOrGroupAreRefused() {
        String id = groups.stableGroup(1).get(0);

        assertThat(groups.heartbeat(id, 2)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.heartbeat(id, 0)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(groups.heartbeat("nobody", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(new GroupFixture().heartbeat(id, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anIdleGroupCostsNoDeadline() {
        String id = groups.stableGroup(1).get(0);
        groups.leave(id);

        long expiryOnly = groups.machine.nextDeadlineMs();

        assertThat(expiryOnly - groups.nowMs)
                .isGreaterThan(GroupSettings.DEFAULTS.offsetsRetentionCheckIntervalMs() / 2);
        assertThat(new GroupFixture().machine.nextDeadlineMs()).isEqualTo(GroupCoordinatorMachine.NEVER);
    }

    @Test
    void aMemberThatLeavesCausesARebalance() {
        List<String> ids = groups.stableGroup(2);

        groups.leave(ids.get(0));

        assertThat(groups.heartbeat(ids.get(0), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.heartbeat(ids.get(1), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Reply<JoinGroupResponseData> join = groups.join(ids.get(1));
        assertThat(join.get().generationId()).isEqualTo(2);
        assertThat(join.get().leader()).isEqualTo(ids.get(1));
    }

    @Test
    void theLastMemberLeavesAnEmptyGroupInTheLog() {
        String id = groups.stableGroup(1).get(0);
        groups.commitsAtOnce = false;

        Reply<LeaveGroupResponseData> left = groups.leave(id);

        assertThat(left.there()).isFalse();
        groups.commit();
        assertThat(left.there()).isTrue();
        groups.reload();
        assertThat(groups.stateName()).isEqualTo("Empty");
    }

    @Test
    void severalLeaveInOneRequestById() {
        groups.joinStatic("", "a");
        groups.joinStatic("", "b");
        groups.pass(2 * INITIAL_DELAY_MS);

        LeaveGroupResponseData left = groups.leave(
                        new LeaveGroupRequestData()
                                .setMembers(List.of(
                                        identity("", "a"),
                                        identity("wrong", "b"),
                                        identity("", "c"),
                                        identity("x", null))),
                        5)
                .get();

        assertThat(left.errorCode()).isZero();
        assertThat(left.members().stream().map(m -> Errors.forCode(m.errorCode())))
                .containsExactly(
                        Errors.NONE, Errors.FENCED_INSTANCE_ID, Errors.UNKNOWN_MEMBER_ID, Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.describe(GroupFixture.GROUP).members()).hasSize(1);
    }

    @Test
    void upToVersion2OneMemberLeavesAndTheErrorIsTheRequests() {
        String id = groups.stableGroup(1).get(0);

        assertThat(groups.leave(new LeaveGroupRequestData().setMemberId("nobody"), 2)
                        .get()
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
        assertThat(groups.leave(new LeaveGroupRequestData().setMemberId(id), 2)
                        .get()
                        .errorCode())
                .isZero();
        assertThat(groups.stateName()).isEqualTo("Empty");
    }

    @Test
    void anIdThatWasNotUsedYetCanBeGivenBack() {
        String id = groups.newMember();

        assertThat(groups.leave(id).get().members().get(0).errorCode()).isZero();

        assertThat(code(groups.join(id))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }
}
