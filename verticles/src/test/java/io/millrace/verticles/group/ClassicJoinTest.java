package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.INITIAL_DELAY_MS;
import static io.millrace.verticles.group.GroupFixture.REBALANCE_MS;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Joining a group of the classic protocol, for the first time and again.
 *
 * <p>Thread: one.
 */
class ClassicJoinTest {
    private final GroupFixture groups = new GroupFixture();

    @Test
    void aNewDynamicMemberMustComeBackWithItsId() {
        Reply<JoinGroupResponseData> first = groups.join("");

        assertThat(code(first)).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        assertThat(first.get().memberId()).startsWith("c-");
        assertThat(groups.stateName()).isEqualTo("Empty");
    }

    @Test
    void beforeVersion4AMemberIsTakenAtOnce() {
        Reply<JoinGroupResponseData> join = groups.join(joinOf("", null, "range"), 3);

        groups.pass(INITIAL_DELAY_MS);

        assertThat(code(join)).isEqualTo(Errors.NONE);
        assertThat(join.get().generationId()).isEqualTo(1);
        assertThat(join.get().leader()).isEqualTo(join.get().memberId());
    }

    @Test
    void anIdThatWasNotUsedExpiresWithTheSession() {
        String id = groups.newMember();

        groups.pass(SESSION_MS);

        assertThat(code(groups.join(id))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberOfAGroupThatIsNotThereIsUnknown() {
        assertThat(code(groups.join("made-up"))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(groups.describe(GroupFixture.GROUP).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    }

    @Test
    void anEmptyGroupIdAndSessionsOutOfBoundsAreRefused() {
        assertThat(code(groups.join(joinOf("", null, "range").setGroupId(""), 9)))
                .isEqualTo(Errors.INVALID_GROUP_ID);
        assertThat(code(groups.join(joinOf("", null, "range").setSessionTimeoutMs(5_999), 9)))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        assertThat(code(groups.join(joinOf("", null, "range").setSessionTimeoutMs(1_800_001), 9)))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    }

    @Test
    void theInitialDelayGoesOnWhileMembersCome() {
        Reply<JoinGroupResponseData> a = groups.join(groups.newMember());
        groups.pass(INITIAL_DELAY_MS - 1);
        Reply<JoinGroupResponseData> b = groups.join(groups.newMember());

        groups.pass(INITIAL_DELAY_MS);
        assertThat(a.there()).isFalse();
        groups.pass(1);

        assertThat(a.get().generationId()).isEqualTo(1);
        assertThat(b.get().generationId()).isEqualTo(1);
        assertThat(groups.stateName()).isEqualTo("CompletingRebalance");
    }

    @Test
    void theInitialDelayEndsWithTheRebalanceTimeout() {
        Reply<JoinGroupResponseData> first =
                groups.join(joinOf("", "i", "range").setRebalanceTimeoutMs(7_000), 9);
        for (int i = 0; i < 6; i++) {
            groups.pass(1_000);
            groups.join(joinOf("", "i" + i, "range").setRebalanceTimeoutMs(7_000), 9);
        }

        groups.pass(1_000);

        assertThat(first.there()).isTrue();
    }

    @Test
    void onlyTheLeaderIsToldWhoIsThere() {
        Reply<JoinGroupResponseData> a = groups.join(groups.newMember());
        Reply<JoinGroupResponseData> b = groups.join(groups.newMember());

        groups.pass(2 * INITIAL_DELAY_MS);

        JoinGroupResponseData leader = a.get().leader().equals(a.get().memberId()) ? a.get() : b.get();
        JoinGroupResponseData follower = leader == a.get() ? b.get() : a.get();
        assertThat(leader.members()).hasSize(2);
        assertThat(follower.members()).isEmpty();
        assertThat(follower.leader()).isEqualTo(leader.memberId());
        assertThat(leader.protocolName()).isEqualTo("range");
        assertThat(leader.protocolType()).isEqualTo("consumer");
    }

    @Test
    void theProtocolIsElectedAmongThoseThatAllOffer() {
        groups.join(joinOf("", "a", "sticky", "range", "roundrobin"), 9);
        groups.join(joinOf("", "b", "roundrobin", "range"), 9);
        Reply<JoinGroupResponseData> c = groups.join(joinOf("", "c", "roundrobin", "range", "other"), 9);

        groups.pass(3 * INITIAL_DELAY_MS);

        assertThat(c.get().protocolName()).isEqualTo("roundrobin");
    }

    @Test
    void aMemberThatSharesNoProtocolOrIsOfAnotherTypeIsRefused() {
        groups.stableGroup(1);

        assertThat(code(groups.join(joinOf("", null, "sticky"), 9))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(code(groups.join(joinOf("", null, "range").setProtocolType("connect"), 9)))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(code(groups.join(joinOf("", null), 9))).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void otherProtocolTypesAreOpaque() {
        JoinGroupRequestData worker = joinOf("", "w", "sessioned").setProtocolType("connect");
        worker.protocols().iterator().next().setMetadata(new byte[] {-1, -1, -1});

        Reply<JoinGroupResponseData> join = groups.join(worker, 9);
        groups.pass(INITIAL_DELAY_MS);

        assertThat(join.get().protocolType()).isEqualTo("connect");
        assertThat(join.get().members().get(0).metadata()).containsExactly(-1, -1, -1);
    }

    @Test
    void aFullGroupTakesNobody() {
        GroupFixture small = new GroupFixture(new GroupSettings(6_000, 1_800_000, 3_000, 2, 1, 1, 10, 1 << 20));
        small.stableGroup(2);

        assertThat(code(small.join(""))).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    }

    @Test
    void ofTooManyThatJoinAnewTheLastAreKeptOut() {
        GroupFixture small = new GroupFixture(new GroupSettings(6_000, 1_800_000, 3_000, 2, 1, 1, 10, 1 << 20));
        Reply<JoinGroupResponseData> a = small.join(joinOf("", "a", "range"), 9);
        Reply<JoinGroupResponseData> b = small.join(joinOf("", "b", "range"), 9);
        Reply<JoinGroupResponseData> c = small.join(joinOf("", "c", "range"), 9);
        small.pass(2 * INITIAL_DELAY_MS);

        assertThat(code(a)).isEqualTo(Errors.NONE);
        assertThat(code(b)).isEqualTo(Errors.NONE);
        assertThat(code(c)).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
    }

    @Test
    void anUnchangedFollowerGetsTheGenerationThatIsThere() {
        List<String> ids = groups.stableGroup(2);

        Reply<JoinGroupResponseData> again = groups.join(ids.get(1));

        assertThat(again.get().generationId()).isEqualTo(1);
        assertThat(again.get().members()).isEmpty();
        assertThat(groups.stateName()).isEqualTo("Stable");
    }

    @Test
    void aLeaderThatJoinsAgainCausesARebalance() {
        List<String> ids = groups.stableGroup(2);

        Reply<JoinGroupResponseData> leader = groups.join(ids.get(0));

        assertThat(leader.there()).isFalse();
        assertThat(groups.heartbeat(ids.get(1), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        Reply<JoinGroupResponseData> follower = groups.join(ids.get(1));
        assertThat(leader.get().generationId()).isEqualTo(2);
        assertThat(follower.get().generationId()).isEqualTo(2);
    }

    @Test
    void aFollowerThatHasChangedCausesARebalance() {
        List<String> ids = groups.stableGroup(2);
        JoinGroupRequestData changed = joinOf(ids.get(1), null, "range");
        changed.protocols().iterator().next().setMetadata(GroupFixture.subscription("t", "u"));

        Reply<JoinGroupResponseData> join = groups.join(changed, 9);

        assertThat(join.there()).isFalse();
        assertThat(groups.stateName()).isEqualTo("PreparingRebalance");
    }

    @Test
    void aMemberThatLostTheAnswerToItsJoinGetsItAgain() {
        String id = groups.newMember();
        groups.join(id);
        groups.pass(INITIAL_DELAY_MS);

        Reply<JoinGroupResponseData> again = groups.join(id);

        assertThat(again.get().generationId()).isEqualTo(1);
        assertThat(again.get().members()).hasSize(1);
        assertThat(groups.stateName()).isEqualTo("CompletingRebalance");
    }

    @Test
    void aMemberThatDoesNotJoinInTimeIsOut() {
        List<String> ids = groups.stableGroup(2);
        Reply<JoinGroupResponseData> join = groups.join(ids.get(0));
        for (int i = 0; i < 12; i++) {
            groups.pass(REBALANCE_MS / 12);
            groups.heartbeat(ids.get(1), 1);
        }

        assertThat(join.get().generationId()).isEqualTo(2);
        assertThat(join.get().members()).hasSize(1);
        assertThat(groups.heartbeat(ids.get(1), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whenTheLeaderDoesNotJoinAnotherOneLeads() {
        List<String> ids = groups.stableGroup(2);
        groups.join(groups.newMember());
        Reply<JoinGroupResponseData> follower = groups.join(ids.get(1));

        groups.pass(SESSION_MS);

        assertThat(follower.get().leader()).isNotEqualTo(ids.get(0));
        assertThat(follower.get().generationId()).isEqualTo(2);
    }

    @Test
    void aSecondJoinOfAWaitingMemberTakesThePlaceOfTheFirst() {
        List<String> ids = groups.stableGroup(2);
        Reply<JoinGroupResponseData> first = groups.join(ids.get(0));

        Reply<JoinGroupResponseData> second = groups.join(ids.get(0));
        groups.join(ids.get(1));

        assertThat(code(first)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        assertThat(second.get().generationId()).isEqualTo(2);
    }

    @Test
    @Timeout(30)
    void membersThatGrantNoTimeDoNotKeepTheCoordinatorBusy() {
        JoinGroupRequestData hasty = joinOf("", "a", "range").setRebalanceTimeoutMs(-1);
        Reply<JoinGroupResponseData> a = groups.join(hasty, 9);
        groups.pass(INITIAL_DELAY_MS);
        groups.sync(a.get().memberId(), 1, a.get().memberId());
        groups.join(joinOf("", "b", "range").setRebalanceTimeoutMs(-1), 9);
        groups.leave(new LeaveGroupRequestData().setMembers(List.of(identity("", "b"))), 5);

        groups.machine.onTick(groups.nowMs);

        assertThat(groups.machine.nextDeadlineMs()).isGreaterThan(groups.nowMs);
    }
}
