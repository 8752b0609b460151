package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rules Q1 to Q8, each with a story that breaks when the rule does. Node 1 is the one under test. */
class QuorumRulesTest extends QuorumOfThree {
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
}
