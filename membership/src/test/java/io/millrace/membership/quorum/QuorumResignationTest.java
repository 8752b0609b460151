package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Leader;
import io.millrace.membership.quorum.QuorumState.Voted;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule Q4 for who leads: it leaves when it can decide nothing, and others could. */
class QuorumResignationTest extends QuorumOfThree {
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
}
