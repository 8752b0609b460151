package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.NotLeaderException;
import io.millrace.membership.VoterChange;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Leader;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was decided for one place in the log never comes to lie at another. Node 1 is the one under test. */
class MisplacedProposalTest {
    private static final UUID DIR_1 = new UUID(1, 1);
    private static final UUID DIR_2 = new UUID(1, 2);
    private static final UUID DIR_3 = new UUID(1, 3);
    private static final List<byte[]> RECORDS = List.of(new byte[1], new byte[1]);

    private final RecordedEffects effects = new RecordedEffects();
    private long now = 1_000;

    private QuorumMachine started(Map<Integer, UUID> voters) {
        QuorumMachine machine = new QuorumMachine(
                QuorumSettings.withDefaults(1, DIR_1, new VoterSet(voters)),
                effects,
                ElectionState.INITIAL,
                StoredLog.NEW,
                bound -> 0);
        machine.start(now);
        return machine;
    }

    /** Epoch 1 began at 0 and is committed. */
    private QuorumMachine leaderOfThree() {
        QuorumMachine machine = started(Map.of(1, DIR_1, 2, DIR_2, 3, DIR_3));
        now += 300;
        machine.onTick(now);
        machine.onMessage(2, new VoteResponse(0, -1, true, true), now);
        machine.onMessage(2, new VoteResponse(1, -1, true, false), now);
        machine.onSynced(1, now);
        machine.onMessage(2, new FetchRequest(1, DIR_2, new LogPosition(1, 1), 0), now);
        assertThat(effects.active).isEqualTo(1);
        return machine;
    }

    @Test
    void whatFollowsTheLastRecordIsAppended() {
        QuorumMachine machine = leaderOfThree();

        assertThat(machine.propose(1, 1, RECORDS, now)).hasValue(2);
        assertThat(machine.propose(1, 3, RECORDS, now)).hasValue(4);
    }

    @Test
    void whatHasAnotherRecordBeforeItThanItsProposerThoughtIsNotAppendedAndEndsTheEpoch() {
        QuorumMachine machine = leaderOfThree();
        machine.onMessage(3, new FetchRequest(1, DIR_3, new LogPosition(1, 1), 0), now);
        assertThat(machine.changeVoters(new VoterChange.Remove(3, DIR_3), now)).hasValue(1);
        int appended = effects.appended.size();

        assertThatThrownBy(() -> machine.propose(1, 1, RECORDS, now)).isInstanceOf(NotLeaderException.class);

        assertThat(effects.appended).hasSize(appended);
        assertThat(machine.state()).isNotInstanceOf(Leader.class);
        assertThat(effects.active).as("its controller has been told").isEqualTo(-1);
        assertThat(effects.lastSent(EndEpoch.class).epoch()).isEqualTo(1);
        assertThat(machine.propose(1, 2, RECORDS, now))
                .as("what was decided after it rests on it, though it would fit")
                .isEmpty();
    }

    @Test
    void whatIsDecidedForALaterPlaceIsNotAppendedEither() {
        QuorumMachine machine = leaderOfThree();
        int appended = effects.appended.size();

        assertThatThrownBy(() -> machine.propose(1, 2, RECORDS, now)).isInstanceOf(NotLeaderException.class);

        assertThat(effects.appended).hasSize(appended);
    }

    @Test
    void whatWasDecidedInAnotherEpochIsRefusedAndHurtsNobody() {
        QuorumMachine machine = leaderOfThree();

        assertThat(machine.propose(0, 1, RECORDS, now)).isEmpty();
        assertThat(machine.propose(2, 1, RECORDS, now)).isEmpty();

        assertThat(machine.state()).isInstanceOf(Leader.class);
    }

    @Test
    void whoIsAloneBeginsTheNextEpochAtOnce() {
        QuorumMachine machine = started(Map.of(1, DIR_1));
        machine.onSynced(1, now);
        assertThat(effects.active).isEqualTo(1);

        assertThatThrownBy(() -> machine.propose(1, 7, RECORDS, now)).isInstanceOf(NotLeaderException.class);
        assertThat(machine.state()).isNotInstanceOf(Leader.class);
        assertThat(machine.nextDeadlineMs(now)).isEqualTo(now);
        machine.onTick(now);
        machine.onSynced(2, now);

        assertThat(effects.active).isEqualTo(2);
        assertThat(machine.propose(2, 2, RECORDS, now)).hasValue(3);
    }
}
