package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import io.millrace.membership.quorum.QuorumState.Leader;
import java.util.Map;
import java.util.UUID;

/**
 * Node 1 of a quorum of three, whose machine a test drives by hand.
 *
 * <p>Thread: the test's.
 */
abstract class QuorumOfThree {
    static final UUID DIR_1 = new UUID(1, 1);
    static final UUID DIR_2 = new UUID(1, 2);
    static final UUID DIR_3 = new UUID(1, 3);
    static final VoterSet THREE = new VoterSet(Map.of(1, DIR_1, 2, DIR_2, 3, DIR_3));

    final RecordedEffects effects = new RecordedEffects();
    long now = 1_000;

    QuorumMachine machine(VoterSet voters, ElectionState stored, StoredLog log) {
        QuorumMachine machine =
                new QuorumMachine(QuorumSettings.withDefaults(1, DIR_1, voters), effects, stored, log, bound -> 0);
        machine.start(now);
        return machine;
    }

    QuorumMachine newMachine() {
        return machine(THREE, ElectionState.INITIAL, StoredLog.NEW);
    }

    QuorumMachine leaderOfThree() {
        QuorumMachine machine = newMachine();
        now += 300;
        machine.onTick(now);
        machine.onMessage(2, new VoteResponse(0, -1, true, true), now);
        machine.onMessage(2, new VoteResponse(1, -1, true, false), now);
        assertThat(machine.state()).isInstanceOf(Leader.class);
        return machine;
    }

    static VoteRequest vote(int epoch, UUID directory, LogPosition log) {
        return new VoteRequest(epoch, directory, log, false);
    }
}
