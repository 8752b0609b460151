package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Candidate;
import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Prospective;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who stands when a leader is lost: one after the other, in the preferred order. */
class QuorumTurnsTest extends QuorumOfThree {
    @Test
    void whoStartsAsksInItsTurnAndNotAfterATimeout() {
        QuorumMachine machine = newMachine();
        machine.onTick(now + QuorumSettings.DEFAULT_RANK_DELAY_MS - 1);
        assertThat(machine.state()).as("the others may be about to start").isNotInstanceOf(Prospective.class);

        machine.onTick(now + QuorumSettings.DEFAULT_RANK_DELAY_MS);

        assertThat(machine.state()).isInstanceOf(Prospective.class);
        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
        assertThat(effects.all).as("a question disturbs nobody").noneMatch(RecordedEffects.Persisted.class::isInstance);
    }

    @Test
    void aHandoverMakesTheSuccessorStandAtOnce() {
        QuorumMachine machine = newMachine();
        machine.onMessage(2, new BeginEpoch(1, 2), now);

        machine.onMessage(2, new EndEpoch(1, List.of(1, 3)), now);

        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
        assertThat(machine.state()).isInstanceOf(Prospective.class);
    }

    @Test
    void aFailedProbeOfTheLeaderCountsAsATimeout() {
        QuorumMachine machine = newMachine();
        machine.onMessage(2, new BeginEpoch(1, 2), now);

        machine.onLeaderProbeFailed(3, now);
        assertThat(machine.state()).isInstanceOf(Follower.class);
        machine.onLeaderProbeFailed(2, now);
        assertThat(machine.state()).isInstanceOf(Prospective.class);
    }

    /** Else each votes for itself, and the epoch passes without a leader. */
    @Test
    void thoseWhoLoseTheirLeaderAtOnceStandOneAfterTheOther() {
        QuorumMachine machine = newMachine();
        machine.prefer(List.of(2, 3, 1));
        machine.onMessage(2, new BeginEpoch(1, 2), now);

        now = machine.state().deadlineMs();
        machine.onTick(now);
        assertThat(effects.sent(VoteRequest.class)).as("node 3 comes first").isEmpty();
        machine.onMessage(3, new VoteRequest(1, DIR_3, new LogPosition(99, 1), true), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();

        now = machine.state().deadlineMs();
        machine.onTick(now);
        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
    }

    @Test
    void whoWasRefusedForTheLeadersSakeIsAnsweredAnewWhenTheLeaderIsLostHereTooAndGoesFirst() {
        QuorumMachine machine = newMachine();
        machine.prefer(List.of(2, 1, 3));
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        machine.onMessage(3, new VoteRequest(1, DIR_3, new LogPosition(99, 1), true), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();

        machine.onLeaderProbeFailed(2, now);

        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
        assertThat(effects.sent(VoteRequest.class))
                .as("its own turn comes later")
                .isEmpty();
        machine.onTick(machine.state().deadlineMs());
        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
    }

    @Test
    void aRefusalOfLongAgoIsNotAnsweredAnew() {
        QuorumMachine machine = newMachine();
        machine.prefer(List.of(2, 1, 3));
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        machine.onMessage(3, new VoteRequest(1, DIR_3, new LogPosition(99, 1), true), now);
        int answers = effects.sent(VoteResponse.class).size();
        now += QuorumSettings.DEFAULT_ELECTION_TIMEOUT_MS;

        machine.onLeaderProbeFailed(2, now);

        assertThat(effects.sent(VoteResponse.class)).hasSize(answers);
        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
    }

    /** Nodes may take different ones for the first in the order. */
    @Test
    void ofTwoWhoAskForPreVotesAtOnceOneLetsTheOtherStand() {
        QuorumMachine machine = new QuorumMachine(
                QuorumSettings.withDefaults(3, DIR_3, THREE),
                effects,
                ElectionState.INITIAL,
                StoredLog.NEW,
                bound -> 0);
        machine.start(now);
        machine.prefer(List.of(1, 3, 2));
        machine.onMessage(1, new BeginEpoch(1, 1), now);
        machine.onLeaderProbeFailed(1, now);
        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();

        machine.onMessage(2, new VoteRequest(1, DIR_2, new LogPosition(99, 1), true), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
        machine.onMessage(2, new VoteResponse(1, -1, true, true), now);

        assertThat(machine.state())
                .as("it has the other's pre-vote and does not stand")
                .isInstanceOf(Prospective.class);
        machine.onTick(machine.state().deadlineMs());
        machine.onMessage(2, new VoteResponse(1, -1, true, true), now);
        assertThat(machine.state()).as("unless that came to nothing").isInstanceOf(Candidate.class);
    }

    @Test
    void whoComesFirstStandsWhenItHasLostItsLeader() {
        QuorumMachine machine = newMachine();
        machine.prefer(List.of(2, 1, 3));
        machine.onMessage(2, new BeginEpoch(1, 2), now);

        machine.onTick(machine.state().deadlineMs());

        assertThat(effects.lastSent(VoteRequest.class).preVote()).isTrue();
    }
}
