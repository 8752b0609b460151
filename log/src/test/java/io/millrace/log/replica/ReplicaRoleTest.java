package io.millrace.log.replica;

import static io.millrace.log.replica.ReplicaFixture.THREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replica.ReplicaRole.Offline;
import org.junit.jupiter.api.Test;

/**
 * How a replica takes a role and gives it up.
 *
 * <p>Thread: one.
 */
class ReplicaRoleTest {
    private final ReplicaFixture replica = new ReplicaFixture();

    @Test
    void lateAndRepeatedRecordsChangeNothing() {
        replica.lead(3, 7, 1, 2);
        replica.roles.clear();

        replica.lead(3, 7, 1);
        replica.lead(3, 6, 1);
        replica.lead(2, 9, 1);
        replica.machine.becomeFollower(new CommittedPartition(2, 2, 9, THREE, THREE, new int[0]));
        replica.machine.becomeLeaderless(new CommittedPartition(-1, 3, 7, THREE, THREE, new int[0]));

        assertThat(replica.roles).isEmpty();
        assertThat(replica.machine.isLeader()).isTrue();
        assertThat(replica.machine.maximalIsrSize()).isEqualTo(2);
    }

    @Test
    void aHigherEpochEndsTheRoleBeforeItsRecordArrives() {
        replica.lead(3, 7, 1, 2);

        replica.machine.higherEpochSeen(3);
        assertThat(replica.machine.isLeader()).isTrue();
        replica.machine.higherEpochSeen(4);

        assertThat(replica.machine.role()).isInstanceOf(Offline.class);
        assertThat(replica.machine.checkEpoch(3)).isEqualTo(EpochCheck.FENCED);
        assertThat(replica.machine.checkEpoch(4)).isEqualTo(EpochCheck.CURRENT);
        assertThat(replica.machine.checkEpoch(5)).isEqualTo(EpochCheck.UNKNOWN);
        assertThat(replica.machine.checkEpoch(-1)).isEqualTo(EpochCheck.CURRENT);
        replica.lead(3, 8, 1, 2);
        assertThat(replica.machine.isLeader()).isFalse();
        replica.lead(4, 9, 1, 2);
        assertThat(replica.machine.isLeader()).isTrue();
    }

    @Test
    void withoutALeaderItIsOfflineAndNeedsNoTick() {
        replica.lead(0, 0, 1, 2);
        replica.machine.becomeLeaderless(new CommittedPartition(-1, 1, 1, THREE, new int[] {2}, new int[0]));

        assertThat(replica.machine.role()).isInstanceOf(Offline.class);
        assertThat(replica.machine.nextTickMs(replica.nowMs)).isEqualTo(Long.MAX_VALUE);
        replica.machine.tick(replica.nowMs);
        assertThat(replica.machine.maximalIsrSize()).isZero();
    }
}
