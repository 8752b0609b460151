package io.millrace.verticles.group;

import static io.millrace.verticles.group.GroupFixture.INITIAL_DELAY_MS;
import static io.millrace.verticles.group.GroupFixture.SESSION_MS;
import static io.millrace.verticles.group.GroupFixture.code;
import static io.millrace.verticles.group.GroupFixture.joinOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupFixture.Reply;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.junit.jupiter.api.Test;

/**
 * Members of a classic group that keep their place through a restart (KIP-345).
 *
 * <p>Thread: one.
 */
class StaticMemberTest {
    private final GroupFixture groups = new GroupFixture();

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
