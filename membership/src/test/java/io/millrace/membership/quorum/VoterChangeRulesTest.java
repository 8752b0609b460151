package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.VoterChange.Add;
import io.millrace.membership.VoterChange.Remove;
import io.millrace.membership.VoterChangeException;
import io.millrace.membership.VoterChangeException.Reason;
import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Follower;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Observer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Rule Q6, where voters change: each of its parts with a story that breaks when it does. Node 1 is the one under test. */
class VoterChangeRulesTest {
    private static final UUID DIR_1 = new UUID(1, 1);
    private static final UUID DIR_2 = new UUID(1, 2);
    private static final UUID DIR_3 = new UUID(1, 3);
    private static final UUID NEW_3 = new UUID(2, 3);
    private static final UUID DIR_4 = new UUID(1, 4);
    private static final VoterSet THREE = new VoterSet(Map.of(1, DIR_1, 2, DIR_2, 3, DIR_3));

    private final RecordedEffects effects = new RecordedEffects();
    private long now = 1_000;

    private QuorumMachine machine(UUID directory) {
        QuorumMachine machine = new QuorumMachine(
                QuorumSettings.withDefaults(1, directory, THREE),
                effects,
                ElectionState.INITIAL,
                StoredLog.NEW,
                bound -> 0);
        machine.start(now);
        return machine;
    }

    /** Leads epoch 1; its first record is on its own disk and not committed yet. */
    private QuorumMachine newLeader() {
        QuorumMachine machine = machine(DIR_1);
        now += 300;
        machine.onTick(now);
        machine.onMessage(2, new VoteResponse(0, -1, true, true), now);
        machine.onMessage(2, new VoteResponse(1, -1, true, false), now);
        assertThat(machine.state()).isInstanceOf(Leader.class);
        machine.onSynced(1, now);
        return machine;
    }

    private QuorumMachine leader() {
        QuorumMachine machine = newLeader();
        fetch(machine, 2, DIR_2, 1);
        assertThat(machine.highWatermark()).isEqualTo(1);
        return machine;
    }

    private void fetch(QuorumMachine machine, int from, UUID directory, long end) {
        machine.onMessage(from, new FetchRequest(1, directory, new LogPosition(end, 1), machine.highWatermark()), now);
    }

    private Reason refusal(QuorumMachine machine, io.millrace.membership.VoterChange change) {
        try {
            machine.changeVoters(change, now);
        } catch (VoterChangeException refused) {
            return refused.reason();
        }
        throw new AssertionError(change + " was not refused");
    }

    private static QuorumBatch stating(long offset, int epoch, VoterSet voters) {
        return new QuorumBatch(offset, epoch, true, List.of(VotersRecord.encode(voters)));
    }

    @Test
    void q6ALostVoterIsReplacedByTwoChangesEachCommittedByTheVotersAfterIt() {
        QuorumMachine machine = leader();
        fetch(machine, 3, NEW_3, 1);
        assertThat(refusal(machine, new Add(3, NEW_3))).isEqualTo(Reason.DUPLICATE);

        assertThat(machine.changeVoters(new Remove(3, DIR_3), now)).hasValue(1);
        assertThat(machine.voters().ids()).as("counts at once").containsExactly(1, 2);
        machine.onSynced(2, now);
        assertThat(machine.highWatermark())
                .as("of two voters both must have it")
                .isEqualTo(1);
        assertThat(refusal(machine, new Add(3, NEW_3))).as("one at a time").isEqualTo(Reason.NOT_YET);
        fetch(machine, 2, DIR_2, 2);
        assertThat(machine.highWatermark()).isEqualTo(2);

        fetch(machine, 3, NEW_3, 2);
        assertThat(machine.changeVoters(new Add(3, NEW_3), now)).hasValue(2);
        machine.onSynced(3, now);
        assertThat(machine.highWatermark()).isEqualTo(2);
        fetch(machine, 3, NEW_3, 3);
        assertThat(machine.highWatermark()).as("the new disk counts").isEqualTo(3);
        fetch(machine, 3, DIR_3, 3);
        assertThat(machine.voters().contains(3, DIR_3))
                .as("the old one may come back")
                .isFalse();
    }

    @Test
    void q6NoChangeBeforeTheLeaderHasCommittedARecordOfItsOwn() {
        assertThat(refusal(newLeader(), new Remove(3, DIR_3))).isEqualTo(Reason.NOT_YET);
    }

    @Test
    void q6OnlyACaughtUpObserverBecomesAVoter() {
        QuorumMachine machine = leader();
        assertThat(refusal(machine, new Add(4, DIR_4))).as("never heard of").isEqualTo(Reason.NOT_CAUGHT_UP);
        machine.onMessage(4, new FetchRequest(1, DIR_4, LogPosition.EMPTY, 0), now);
        assertThat(refusal(machine, new Add(4, DIR_4))).as("has nothing").isEqualTo(Reason.NOT_CAUGHT_UP);
        fetch(machine, 4, DIR_4, 1);
        assertThat(refusal(machine, new Add(4, NEW_3))).as("another disk").isEqualTo(Reason.NOT_CAUGHT_UP);
        assertThat(machine.changeVoters(new Add(4, DIR_4), now)).isPresent();
    }

    @Test
    void q6NothingIsLeftThatCannotDecide() {
        QuorumMachine machine = leader();
        now += 1_100;
        fetch(machine, 3, DIR_3, 1);

        assertThat(refusal(machine, new Remove(3, DIR_3)))
                .as("node 2 is silent")
                .isEqualTo(Reason.UNSOUND);
        assertThat(refusal(machine, new Remove(4, DIR_4))).isEqualTo(Reason.NOT_FOUND);
        assertThat(refusal(machine, new Remove(2, NEW_3))).as("another disk").isEqualTo(Reason.NOT_FOUND);
        assertThat(machine.changeVoters(new Remove(2, DIR_2), now)).isPresent();
    }

    @Test
    void q6WhomThisLeaderHasNotHeardWithTheDirectoryThatVotesIsNotCountedOn() {
        QuorumMachine machine = leader();
        assertThat(refusal(machine, new Remove(2, DIR_2)))
                .as("a new leader has not heard of node 3")
                .isEqualTo(Reason.NOT_YET);
        fetch(machine, 3, NEW_3, 1);
        assertThat(refusal(machine, new Remove(2, DIR_2)))
                .as("nor of the disk that votes for it")
                .isEqualTo(Reason.NOT_YET);

        now += 1_100;
        fetch(machine, 2, DIR_2, 1);
        fetch(machine, 3, NEW_3, 1);
        assertThat(refusal(machine, new Remove(2, DIR_2)))
                .as("that disk does not come back: the two who are left could decide nothing, and elect nobody")
                .isEqualTo(Reason.UNSOUND);

        fetch(machine, 3, DIR_3, 1);
        assertThat(machine.changeVoters(new Remove(2, DIR_2), now)).isPresent();
    }

    @Test
    void q6ALeaderThatIsToGoHandsOverFirst() {
        QuorumMachine machine = leader();
        fetch(machine, 3, DIR_3, 1);

        assertThat(machine.changeVoters(new Remove(1, DIR_1), now)).isEmpty();

        assertThat(machine.state()).isNotInstanceOf(Leader.class);
        assertThat(effects.sent(EndEpoch.class)).isNotEmpty();
        assertThat(machine.voters()).isEqualTo(THREE);
    }

    @Test
    void q6WhoDoesNotVoteGetsOnlyWhatIsCommitted() {
        QuorumMachine machine = leader();
        machine.propose(1, 1, List.of(new byte[1]), now);
        machine.onWritten(2);

        fetch(machine, 4, DIR_4, 1);
        fetch(machine, 3, DIR_3, 1);
        assertThat(effects.all)
                .filteredOn(effect -> effect instanceof RecordedEffects.Sent sent
                        && sent.to() == 4
                        && sent.message() instanceof FetchResponse)
                .isEmpty();
        assertThat(((FetchOutcome.Batches) effects.lastSent(FetchResponse.class).outcome()).batches())
                .as("a voter gets it at once")
                .hasSize(1);
    }

    @Test
    void q6AFollowerGoesByTheLogAndBackWhenItIsCut() {
        QuorumMachine machine = machine(NEW_3);
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        assertThat(machine.state()).isInstanceOf(Observer.class);
        VoterSet withMe = new VoterSet(Map.of(1, NEW_3, 2, DIR_2));

        machine.onMessage(
                2,
                new FetchResponse(1, 2, LogPosition.EMPTY, 0, new FetchOutcome.Batches(List.of(stating(0, 1, withMe)))),
                now);
        assertThat(machine.state()).as("appended is enough").isInstanceOf(Follower.class);
        machine.onSynced(1, now);
        machine.onMessage(
                2,
                new FetchResponse(1, 2, new LogPosition(1, 1), 0, new FetchOutcome.Diverged(LogPosition.EMPTY)),
                now);

        assertThat(effects.truncatedTo).isZero();
        assertThat(machine.state()).isInstanceOf(Observer.class);
        assertThat(machine.voters()).isEqualTo(THREE);
    }

    @Test
    void q6ANodeThatDoesNotKnowYetThatItVotesGivesItsVoteOnceAndDurably() {
        QuorumMachine machine = machine(NEW_3);
        LogPosition longer = new LogPosition(9, 3);

        machine.onMessage(4, new VoteRequest(4, DIR_4, longer, false, Optional.of(DIR_1)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted())
                .as("its former disk is asked")
                .isFalse();
        machine.onMessage(4, new VoteRequest(4, DIR_4, longer, false, Optional.of(NEW_3)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
        assertThat(effects.lastIndexOf(RecordedEffects.Persisted.class))
                .isLessThan(effects.lastIndexOf(VoteResponse.class));
        machine.onMessage(2, new VoteRequest(4, DIR_2, longer, false, Optional.of(NEW_3)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
    }

    /** Such a candidate is of a build that passes changes over: what it takes for a majority may be none. */
    @Test
    void q6WhereAChangeIsCommittedAVoteIsGivenOnlyToWhoNamesTheDirectory() {
        QuorumMachine machine = machine(DIR_1);
        VoterSet changed = new VoterSet(Map.of(1, DIR_1, 2, DIR_2, 3, DIR_3, 4, DIR_4));
        machine.onMessage(2, new BeginEpoch(1, 2), now);
        machine.onMessage(
                2,
                new FetchResponse(
                        1, 2, LogPosition.EMPTY, 0, new FetchOutcome.Batches(List.of(stating(0, 1, changed)))),
                now);
        machine.onSynced(1, now);
        machine.onMessage(
                2, new FetchResponse(1, 2, new LogPosition(1, 1), 1, new FetchOutcome.Batches(List.of())), now);
        assertThat(machine.highWatermark()).isEqualTo(1);
        LogPosition longer = new LogPosition(9, 3);

        machine.onMessage(3, new VoteRequest(5, DIR_3, longer, false), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isFalse();
        machine.onMessage(3, new VoteRequest(5, DIR_3, longer, false, Optional.of(DIR_1)), now);
        assertThat(effects.lastSent(VoteResponse.class).granted()).isTrue();
    }

    @Test
    void q6TheBallotOfWhoDoesNotVoteAnyMoreDoesNotCount() {
        VoterSet without3 = new VoterSet(Map.of(1, DIR_1, 2, DIR_2, 4, DIR_4));

        Ballots ballots = Ballots.ownVote(3).with(1, true);

        assertThat(ballots.won(THREE)).isTrue();
        assertThat(ballots.won(without3)).isFalse();
        assertThat(ballots.with(4, true).won(without3)).isTrue();
    }

    @Test
    void q6ASnapshotStatesTheVotersAndOneFromBeforeAnyChangeStaysAsItWas() {
        LogPosition at = new LogPosition(258, 3);
        VoterSet two = new VoterSet(Map.of(1, DIR_1, 2, DIR_2));
        StoredSnapshot content = new StoredSnapshot(Optional.of(two), List.of(new byte[] {97, 98}));

        byte[] bytes = SnapshotFile.encode(at, content);

        assertThat(HexFormat.of().formatHex(bytes, 0, 31))
                .isEqualTo(
                        "4d52534e" + "0002" + "0000000000000102" + "00000003" + "00000001" + "0000002d" + "0200000002");
        StoredSnapshot read = SnapshotFile.decode(at, bytes).orElseThrow();
        assertThat(read.voters()).contains(two);
        assertThat(read.records()).containsExactly(new byte[] {97, 98});
        assertThat(SnapshotFile.encode(at, StoredSnapshot.of(content.records()))[5])
                .isEqualTo((byte) 1);
    }

    @Test
    void q6ARecordOfTheQuorumsOwnThatALaterBuildWroteIsRefused() {
        assertThatThrownBy(() -> VotersRecord.decode(new byte[] {3})).isInstanceOf(MessageFormatException.class);
        assertThat(VotersRecord.decode(EpochStart.encode(1, 1))).isEmpty();
    }

    /** It was away while 4 and 5 took the places of 2 and 3: those whom it would ask are gone for good. */
    @Test
    void q6AVoterByAStaleLogWhoseFellowVotersAreAllGoneHearsOfTheLeaderFromOthers() {
        QuorumMachine machine = new QuorumMachine(
                QuorumSettings.withDefaults(1, DIR_1, THREE).knowing(Set.of(1, 2, 4)),
                effects,
                ElectionState.INITIAL,
                StoredLog.NEW,
                bound -> 0);
        machine.prefer(List.of(5, 4, 1));
        machine.start(now);
        now += 300;
        machine.onTick(now);
        assertThat(effects.all.stream()
                        .filter(RecordedEffects.Sent.class::isInstance)
                        .map(sent -> ((RecordedEffects.Sent) sent).to()))
                .contains(2, 3, 4, 5);
        assertThat(effects.sent(VoteRequest.class)).allMatch(VoteRequest::preVote);

        machine.onMessage(5, new VoteResponse(0, -1, true, true), now);
        machine.onMessage(4, new VoteResponse(0, -1, true, true), now);
        assertThat(machine.state().epoch()).as("theirs are no votes").isZero();

        machine.onMessage(5, new VoteResponse(7, 4, false, true), now);
        assertThat(machine.state()).isInstanceOf(Follower.class);
        assertThat(machine.state().leaderId()).isEqualTo(4);
        assertThat(effects.lastSent(FetchRequest.class).epoch()).isEqualTo(7);
    }
}
