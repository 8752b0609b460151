package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.INITIAL_DELAY_MS;
import static io.millrace.verticles.group.GroupFixture.REBALANCE_MS;
import static io.millrace.verticles.group.GroupFixture.SESSION_MS;
import static io.millrace.verticles.group.GroupFixture.code;
import static io.millrace.verticles.group.GroupFixture.codeOfSync;
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
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classic group protocol, rule by rule. */
class ClassicGroupTest {
    private final GroupFixture groups = new GroupFixture();

    // ---- joining ----

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

    // ---- syncing ----

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

    // ---- joining again ----

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

    // ---- sessions ----

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

    // ---- leaving ----

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

    // ---- static members ----

    @Test
    void aStaticMemberComesBackWithoutARebalance() {
        String leader = stableStaticPair();

        Reply<JoinGroupResponseData> back = groups.joinStatic("", "b");

        assertThat(back.get().generationId()).isEqualTo(1);
        assertThat(back.get().skipAssignment()).isFalse();
        assertThat(back.get().leader()).isEqualTo(leader);
        Reply<SyncGroupResponseData> sync = groups.sync(back.get().memberId(), 1);
        assertThat(new String(sync.get().assignment())).startsWith("b-");
        assertThat(groups.stateName()).isEqualTo("Stable");
    }

    @Test
    void aStaticLeaderThatComesBackIsToldNotToAssign() {
        String leader = stableStaticPair();

        Reply<JoinGroupResponseData> back = groups.joinStatic("", "a");

        assertThat(back.get().skipAssignment()).isTrue();
        assertThat(back.get().leader()).isEqualTo(back.get().memberId()).isNotEqualTo(leader);
        assertThat(back.get().members()).hasSize(2);
    }

    @Test
    void anOldStaticLeaderThatComesBackIsNotToldThatItLeads() {
        String leader = stableStaticPair();

        Reply<JoinGroupResponseData> back = groups.join(joinOf("", "a", "range"), 8);

        assertThat(back.get().leader()).isEqualTo(leader);
        assertThat(back.get().members()).isEmpty();
    }

    @Test
    void theFormerLifeOfAStaticMemberIsFenced() {
        String leader = stableStaticPair();
        groups.joinStatic("", "a");

        assertThat(groups.heartbeat(leader, "a", 1)).isEqualTo(Errors.FENCED_INSTANCE_ID);
        assertThat(code(groups.joinStatic(leader, "a"))).isEqualTo(Errors.FENCED_INSTANCE_ID);
        assertThat(groups.commitOffset(leader, 1, 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(GroupFixture.error(groups.commitOffsets(
                        GroupFixture.commitOf(GroupFixture.GROUP, leader, 1, "t", 0, 5)
                                .setGroupInstanceId("a"),
                        9)))
                .isEqualTo(Errors.FENCED_INSTANCE_ID);
    }

    @Test
    void theReplacementOfAStaticMemberIsToldWhenItIsInTheLog() {
        stableStaticPair();
        groups.commitsAtOnce = false;

        Reply<JoinGroupResponseData> back = groups.joinStatic("", "b");
        assertThat(back.there()).isFalse();
        groups.commit();
        groups.reload();

        assertThat(groups.heartbeat(back.get().memberId(), "b", 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aReplacementThatTheLogRefusesChangesNothing() {
        String leader = stableStaticPair();
        groups.appends = Errors.NOT_LEADER_OR_FOLLOWER;

        Reply<JoinGroupResponseData> back = groups.joinStatic("", "a");

        assertThat(code(back)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(groups.heartbeat(leader, "a", 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aReplacementWhileTheGroupCompletesCausesARebalance() {
        Reply<JoinGroupResponseData> a = groups.joinStatic("", "a");
        groups.pass(INITIAL_DELAY_MS);
        a.get();

        Reply<JoinGroupResponseData> back = groups.joinStatic("", "a");

        assertThat(back.get().generationId()).isEqualTo(2);
    }

    @Test
    void aParkedJoinOfAFormerLifeIsFenced() {
        Reply<JoinGroupResponseData> parked = groups.joinStatic("", "a");

        Reply<JoinGroupResponseData> younger = groups.joinStatic("", "a");

        assertThat(code(parked)).isEqualTo(Errors.FENCED_INSTANCE_ID);
        groups.pass(INITIAL_DELAY_MS);
        assertThat(code(younger)).isEqualTo(Errors.NONE);
    }

    @Test
    void aStaticMemberThatDoesNotJoinInTimeKeepsItsPlaceUntilItsSessionEnds() {
        String leader = stableStaticPair();
        Reply<JoinGroupResponseData> join = groups.joinStatic(leader, "a");
        assertThat(join.there()).isFalse();

        groups.pass(SESSION_MS);

        assertThat(join.get().generationId()).isEqualTo(2);
        assertThat(groups.describe(GroupFixture.GROUP).members()).hasSize(1);
    }

    /** Two static members, "a" leads; returns the id of "a". */
    private String stableStaticPair() {
        Reply<JoinGroupResponseData> a = groups.joinStatic("", "a");
        groups.pass(1);
        Reply<JoinGroupResponseData> b = groups.joinStatic("", "b");
        groups.pass(3 * INITIAL_DELAY_MS);
        assertThat(a.get().leader()).isEqualTo(a.get().memberId());
        groups.sync(a.get().memberId(), 1, a.get().memberId(), b.get().memberId());
        groups.sync(b.get().memberId(), 1);
        return a.get().memberId();
    }
}
