package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Candidate;
import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Observer;
import io.millrace.membership.quorum.QuorumState.Prospective;
import io.millrace.membership.quorum.QuorumState.Voted;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rules Q1 to Q8, each with a story that breaks when the rule does. Node 1 is the one under test. */
class QuorumRulesTest {
    private static final UUID DIR_1 = new UUID(1, 1);
    private static final UUID DIR_2 = new UUID(1, 2);
    private static final UUID DIR_3 = new UUID(1, 3);
    private static final VoterSet THREE = new VoterSet(Map.of(1, DIR_1, 2, DIR_2, 3, DIR_3));

    private final RecordedEffects effects = new RecordedEffects();
    private long now = 1_000;

    private QuorumMachine machine(VoterSet voters, ElectionState stored, StoredLog log) {
        QuorumMachine machine =
                new QuorumMachine(QuorumSettings.withDefaults(1, DIR_1, voters), effects, stored, log, bound -> 0);
        machine.start(now);
        return machine;
    }

    private QuorumMachine newMachine() {
        return machine(THREE, ElectionState.INITIAL, StoredLog.NEW);
    }

    private QuorumMachine leaderOfThree() {
        QuorumMachine machine = newMachine();
        now += 300;
        machine.onTick(now);
        machine.onMessage(2, new VoteResponse(0, -1, true, true), now);
        machine.onMessage(2, new VoteResponse(1, -1, true, false), now);
        assertThat(machine.state()).isInstanceOf(Leader.class);
        return machine;
    }

    private static VoteRequest vote(int epoch, UUID directory, LogPosition log) {
        return new VoteRequest(epoch, directory, log, false);
    }

    @Test
    void aQuorumOfOneLeadsAtOnceAndCommitsWhenItsOwnDiskHasIt() {
        QuorumMachine machine = machine(new VoterSet(Map.of(1, DIR_1)), ElectionState.INITIAL, StoredLog.NEW);

        assertThat(machine.state()).isInstanceOf(Leader.class);
        assertThat(machine.nextDeadlineMs(now)).as("no timer at all").isEqualTo(Long.MAX_VALUE);
        assertThat(effects.committed).as("not synced yet").isZero();
        machine.onSynced(1, now);
        assertThat(effects.committed).isEqualTo(1);
        assertThat(effects.active).isEqualTo(1);
    }

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
    void q1VoteIsDurableBeforeItIsAnswered() {
        QuorumMachine machine = newMachine();

        machine.onMessage(2, vote(4, DIR_2, LogPosition.EMPTY), now);

        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
        assertThat(effects.all).contains(new RecordedEffects.Persisted(new ElectionState(4, 2)));
        assertThat(effects.lastIndexOf(RecordedEffects.Persisted.class))
                .isLessThan(effects.lastIndexOf(VoteResponse.class));
    }

    @Test
    void q1OneVotePerEpochAlsoAfterARestart() {
        QuorumMachine machine = machine(THREE, new ElectionState(4, 2), StoredLog.NEW);

        machine.onMessage(3, vote(4, DIR_3, LogPosition.EMPTY), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
        machine.onMessage(2, vote(4, DIR_2, LogPosition.EMPTY), now);
        assertThat(effects.lastSent(VoteResponse.class).granted())
                .as("the same candidate asks again")
                .isTrue();
    }

    @Test
    void q1NoVoteForAShorterLog() {
        QuorumMachine machine = machine(
                THREE,
                new ElectionState(3, -1),
                new StoredLog(LogPosition.EMPTY, LogPosition.EMPTY, Map.of(3, 0L), 10));

        machine.onMessage(2, vote(4, DIR_2, new LogPosition(20, 2)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted())
                .as("longer, but of an earlier epoch")
                .isFalse();
        machine.onMessage(2, vote(5, DIR_2, new LogPosition(9, 3)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
        machine.onMessage(2, vote(6, DIR_2, new LogPosition(10, 3)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
    }

    @Test
    void q2AFollowerAsksForMoreOnlyWhenItsDiskHasWhatItGot() {
        QuorumMachine machine = newMachine();
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        int asked = effects.sent(FetchRequest.class).size();
        QuorumBatch start = new QuorumBatch(0, 1, true, List.of(new byte[1]));

        machine.onMessage(
                2, new FetchResponse(1, 2, LogPosition.EMPTY, 0, new FetchOutcome.Batches(List.of(start))), now);
        assertThat(effects.sent(FetchRequest.class)).as("not synced").hasSize(asked);
        machine.onSynced(1, now);
        assertThat(effects.lastSent(FetchRequest.class).log()).isEqualTo(new LogPosition(1, 1));
    }

    @Test
    void q2TheLeaderCountsItselfOnlyUpToItsOwnSync() {
        QuorumMachine machine = leaderOfThree();

        machine.onMessage(2, new FetchRequest(1, DIR_2, new LogPosition(1, 1), 0), now);
        assertThat(effects.committed).as("one disk only").isZero();
        machine.onSynced(1, now);
        assertThat(effects.committed).isEqualTo(1);
    }

    @Test
    void q3NothingOfAnEarlierEpochCommitsBeforeARecordOfTheOwnOne() {
        StoredLog log = new StoredLog(LogPosition.EMPTY, LogPosition.EMPTY, Map.of(1, 0L), 5);
        QuorumMachine machine = machine(THREE, new ElectionState(1, -1), log);
        now += 300;
        machine.onTick(now);
        machine.onMessage(2, new VoteResponse(1, -1, true, true), now);
        machine.onMessage(2, new VoteResponse(2, -1, true, false), now);
        assertThat(machine.state()).isInstanceOf(Leader.class);

        machine.onSynced(6, now);
        machine.onMessage(2, new FetchRequest(2, DIR_2, new LogPosition(5, 1), 0), now);
        assertThat(effects.committed)
                .as("5 records of epoch 1 are on a majority")
                .isZero();
        machine.onMessage(2, new FetchRequest(2, DIR_2, new LogPosition(6, 2), 0), now);
        assertThat(effects.committed).isEqualTo(6);
    }

    @Test
    void q4APreVoteDisturbsNobodysEpoch() {
        QuorumMachine machine = newMachine();
        now += 300;

        machine.onTick(now);

        assertThat(machine.state()).isInstanceOf(Prospective.class);
        assertThat(machine.state().epoch()).isZero();
        assertThat(effects.sent(VoteRequest.class)).allMatch(VoteRequest::preVote);
        machine.onMessage(2, new VoteResponse(0, -1, true, true), now);
        assertThat(machine.state()).isInstanceOf(Candidate.class);
        assertThat(machine.state().epoch()).isEqualTo(1);
    }

    @Test
    void q4WhoHearsFromALeaderHelpsNobodyToReplaceIt() {
        QuorumMachine machine = newMachine();
        machine.onMessage(2, new BeginEpoch(1, 2), now);

        machine.onMessage(3, new VoteRequest(1, DIR_3, new LogPosition(99, 1), true), now);

        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
        assertThat(machine.state()).isInstanceOf(Follower.class);
    }

    @Test
    void q4ALeaderThatNoMajorityAsksResigns() {
        QuorumMachine machine = leaderOfThree();
        now += 1_400;
        machine.onTick(now);
        assertThat(machine.state()).isInstanceOf(Leader.class);
        machine.onMessage(3, new FetchRequest(1, DIR_3, LogPosition.EMPTY, 0), now);
        now += 200;
        machine.onTick(now);
        assertThat(machine.state()).as("one other voter is enough").isInstanceOf(Leader.class);

        now += 1_500;
        machine.onTick(now);

        assertThat(machine.state()).isInstanceOf(Voted.class);
        assertThat(machine.propose(1, 1, List.of(new byte[1]), now)).isEmpty();
    }

    @Test
    void q4ALeaderWhoseDiskTakesNothingHandsOverToAMajorityThatCanDecide() {
        QuorumMachine machine = leaderOfThree();
        machine.onSynced(1, now);
        fetchOf(2, machine);
        machine.propose(1, machine.endOffset(), List.of(new byte[1]), now);

        for (int passed = 0; passed < 10_000; passed += 250) {
            tickWithAFetchOf(machine, 2);
        }
        assertThat(machine.state())
                .as("the third is silent: who else could decide")
                .isInstanceOf(Leader.class);
        for (int passed = 0; passed < 1_500; passed += 250) {
            machine.onWritten(machine.endOffset());
            machine.propose(1, machine.endOffset(), List.of(new byte[1]), now);
            tickWithAFetchOf(machine, 2, 3);
        }
        assertThat(machine.state()).as("late, but it is written").isInstanceOf(Leader.class);
        for (int passed = 0; passed <= 2_000; passed += 250) {
            tickWithAFetchOf(machine, 2, 3);
        }

        assertThat(machine.state()).isInstanceOf(Voted.class);
        assertThat(effects.lastSent(EndEpoch.class).successors()).containsExactlyInAnyOrder(2, 3);
    }

    /** Where all disks are slow, and not full, somebody has to lead for as long as a first record takes. */
    @Test
    void q4AnotherTimeALeaderWaitsTwiceAsLongForItsDisk() {
        QuorumMachine machine = leaderOfThree();
        machine.onSynced(1, now);
        tickUntilItHandsOver(machine, 1, 2_250);

        for (int epoch = 2, patienceMs = 4_000; epoch <= 7; epoch++) {
            now += 10_000;
            machine.onTick(now);
            machine.onMessage(2, new VoteResponse(epoch - 1, -1, true, true), now);
            machine.onMessage(2, new VoteResponse(epoch, -1, true, false), now);
            assertThat(machine.state()).isInstanceOf(Leader.class);
            tickUntilItHandsOver(machine, epoch, patienceMs + 250);
            patienceMs = Math.min(32_000, patienceMs * 2);
        }
    }

    private void tickUntilItHandsOver(QuorumMachine machine, int epoch, int afterMs) {
        machine.propose(epoch, machine.endOffset(), List.of(new byte[1]), now);
        for (int passed = 250; passed < afterMs; passed += 250) {
            tickWithAFetchOf(machine, 2, 3);
            assertThat(machine.state()).as(passed + " ms of epoch " + epoch).isInstanceOf(Leader.class);
        }
        tickWithAFetchOf(machine, 2, 3);
        assertThat(machine.state()).as(afterMs + " ms of epoch " + epoch).isInstanceOf(Voted.class);
    }

    private void tickWithAFetchOf(QuorumMachine machine, int... voters) {
        now += 250;
        for (int voter : voters) {
            fetchOf(voter, machine);
        }
        machine.onTick(now);
    }

    private void fetchOf(int voter, QuorumMachine machine) {
        LogPosition have = new LogPosition(1, 1);
        machine.onMessage(voter, new FetchRequest(machine.state().epoch(), voter == 2 ? DIR_2 : DIR_3, have, 1), now);
    }

    @Test
    void q5NothingIsCommittedByAFollowerBeforeItsPrefixIsKnownToBeTheLeaders() {
        // Our log: epoch 1 at 0, epoch 3 at 1. The leader's: epoch 2 at 0, epoch 4 at 1, all of it committed.
        StoredLog log = new StoredLog(LogPosition.EMPTY, LogPosition.EMPTY, Map.of(1, 0L, 3, 1L), 2);
        QuorumMachine machine = machine(THREE, new ElectionState(4, -1), log);
        machine.onMessage(2, new BeginEpoch(4, 2), now);

        machine.onMessage(
                2,
                new FetchResponse(4, 2, new LogPosition(2, 3), 2, new FetchOutcome.Diverged(new LogPosition(1, 2))),
                now);
        assertThat(effects.truncatedTo).isEqualTo(1);
        machine.onSynced(1, now);
        assertThat(effects.committed)
                .as("what is left is of another history, too")
                .isZero();

        machine.onMessage(
                2,
                new FetchResponse(4, 2, new LogPosition(1, 1), 2, new FetchOutcome.Diverged(LogPosition.EMPTY)),
                now);
        assertThat(effects.truncatedTo).isZero();
        assertThat(effects.halted).isNull();
    }

    @Test
    void q6AVoterWithAnotherDiskCountsAsAnObserver() {
        QuorumMachine machine = leaderOfThree();
        machine.onSynced(1, now);
        UUID newDisk = new UUID(9, 2);

        machine.onMessage(2, new FetchRequest(1, newDisk, new LogPosition(1, 1), 0), now);
        assertThat(effects.committed).as("its disk is not the one that votes").isZero();
        machine.onMessage(3, vote(5, newDisk, new LogPosition(99, 4)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
    }

    @Test
    void q6ANodeWithAnotherDiskNeitherStandsNorVotes() {
        QuorumMachine machine = new QuorumMachine(
                QuorumSettings.withDefaults(1, new UUID(9, 1), THREE),
                effects,
                ElectionState.INITIAL,
                StoredLog.NEW,
                bound -> 0);
        machine.start(now);

        now += 60_000;
        machine.onTick(now);
        machine.onMessage(2, vote(3, DIR_2, new LogPosition(5, 2)), now);

        assertThat(machine.state()).isInstanceOf(Observer.class);
        assertThat(effects.sent(VoteRequest.class)).isEmpty();
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
    }

    @Test
    void q7AFollowerThatStandsExactlyAtTheSnapshotIsChecked() {
        LogPosition snapshot = new LogPosition(10, 3);
        StoredLog log = new StoredLog(snapshot, snapshot, Map.of(), 10);
        QuorumMachine machine = machine(new VoterSet(Map.of(1, DIR_1)), new ElectionState(3, 1), log);
        machine.onSynced(11, now);

        machine.onMessage(5, new FetchRequest(4, new UUID(1, 5), snapshot, 0), now);
        assertThat(effects.lastSent(FetchResponse.class).outcome())
                .as("equal offset and epoch: goes on from there")
                .isInstanceOf(FetchOutcome.Batches.class);
        machine.onMessage(5, new FetchRequest(4, new UUID(1, 5), new LogPosition(10, 2), 0), now);
        assertThat(effects.lastSent(FetchResponse.class).outcome())
                .as("equal offset, other epoch: another history")
                .isEqualTo(new FetchOutcome.SnapshotNeeded(snapshot));
        machine.onMessage(5, new FetchRequest(4, new UUID(1, 5), new LogPosition(14, 2), 0), now);
        assertThat(effects.lastSent(FetchResponse.class).outcome())
                .as("an uncommitted tail of an epoch from before the snapshot")
                .isEqualTo(new FetchOutcome.SnapshotNeeded(snapshot));
    }

    @Test
    void q7TheLogIsTrimmedToTheSnapshotBeforeTheNewestOnly() {
        StoredLog log = new StoredLog(LogPosition.EMPTY, LogPosition.EMPTY, Map.of(1, 0L), 30);
        QuorumMachine machine = machine(new VoterSet(Map.of(1, DIR_1)), new ElectionState(1, 1), log);

        machine.onSnapshotWritten(new LogPosition(10, 1));
        assertThat(effects.trimmedTo).as("nothing to fall back on yet").isNull();
        machine.onSnapshotWritten(new LogPosition(20, 1));
        assertThat(effects.trimmedTo).isEqualTo(new LogPosition(10, 1));
    }

    @Test
    void q8ALeaderThatLacksWhatIsCommittedHereHaltsTheNode() {
        LogPosition snapshot = new LogPosition(10, 3);
        QuorumMachine machine =
                machine(THREE, new ElectionState(3, -1), new StoredLog(LogPosition.EMPTY, snapshot, Map.of(3, 0L), 12));
        machine.onMessage(2, new BeginEpoch(4, 2), now);

        machine.onMessage(
                2,
                new FetchResponse(4, 2, new LogPosition(12, 3), 4, new FetchOutcome.Diverged(new LogPosition(4, 3))),
                now);

        assertThat(effects.halted).contains("below what is committed here (10)");
        assertThat(effects.truncatedTo).isEqualTo(-1);
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
    void aDoubledOrLateAnswerAppendsNothingTwice() {
        QuorumMachine machine = newMachine();
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        FetchResponse answer = new FetchResponse(
                1,
                2,
                LogPosition.EMPTY,
                0,
                new FetchOutcome.Batches(List.of(new QuorumBatch(0, 1, true, List.of(new byte[1])))));

        machine.onMessage(2, answer, now);
        machine.onMessage(2, answer, now);
        machine.onSynced(1, now);
        machine.onMessage(2, answer, now);

        assertThat(effects.appended).hasSize(1);
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
