package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** AlterPartition as compare-and-set (rules 11 and 16): each way to be wrong has its own answer. */
class IsrChangesTest {
    private final TestCluster cluster = TestCluster.of(3);
    private UUID topic;

    @BeforeEach
    void aPartitionOnThreeBrokersLedByTheFirst() {
        cluster.assign("t", Map.of(), 1, 2, 3);
        topic = cluster.image.topic("t").id();
    }

    @Test
    void theLeaderMayShrinkAndExpand() {
        assertThat(propose(0, 0, 1, 2).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);

        AlterPartition.Result result = propose(0, 1, 1, 2, 3);

        assertThat(result.error()).isEqualTo(ControllerError.NONE);
        assertThat(result.partitionEpoch()).isEqualTo(2);
        assertThat(result.isr()).containsExactly(1, 2, 3);
        assertThat(result.leaderEpoch()).isZero();
    }

    @Test
    void anEpochAheadOfTheControllerMeansThatItIsNone() {
        assertThat(propose(1, 0, 1, 2).error()).isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(propose(0, 1, 1, 2).error()).isEqualTo(ControllerError.NOT_CONTROLLER);
    }

    @Test
    void aFormerLeaderIsFenced() {
        cluster.lose(1);
        cluster.join(1, null);

        assertThat(propose(0, 0, 1, 2).error()).isEqualTo(ControllerError.FENCED_LEADER_EPOCH);
    }

    @Test
    void aStalePartitionEpochIsRefusedWithTheNewOne() {
        propose(0, 0, 1, 2);

        AlterPartition.Result result = propose(0, 0, 1);

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_UPDATE_VERSION);
        assertThat(result.partitionEpoch()).isEqualTo(1);
    }

    @Test
    void onlyTheLeaderProposes() {
        assertThat(submit(2, at(0, 0, PartitionRecord.RECOVERED, 1, 2)).error())
                .isEqualTo(ControllerError.INVALID_REQUEST);
    }

    @Test
    void theIsrIsOfReplicasHasTheLeaderAndNobodyTwice() {
        assertThat(propose(0, 0, 1, 4).error()).isEqualTo(ControllerError.INVALID_REQUEST);
        assertThat(propose(0, 0, 2, 3).error()).isEqualTo(ControllerError.INVALID_REQUEST);
        assertThat(propose(0, 0, 1, 2, 2).error()).isEqualTo(ControllerError.INVALID_REQUEST);
        assertThat(propose(0, 0).error()).isEqualTo(ControllerError.INVALID_REQUEST);
    }

    @Test
    void recoveredDoesNotBecomeRecovering() {
        assertThat(submit(1, at(0, 0, PartitionRecord.RECOVERING, 1)).error())
                .isEqualTo(ControllerError.INVALID_REQUEST);
    }

    @Test
    void aFencedOrStoppingBrokerOrAnEarlierLifeIsNotTakenIn() {
        propose(0, 0, 1);
        long epochBefore = cluster.image.broker(2).epoch();
        cluster.lose(3);
        cluster.heartbeat(2, false, true);
        int partitionEpoch = cluster.partition("t").partitionEpoch();

        assertThat(propose(0, partitionEpoch, 1, 3).error()).isEqualTo(ControllerError.INELIGIBLE_REPLICA);
        assertThat(propose(0, partitionEpoch, 1, 2).error()).isEqualTo(ControllerError.INELIGIBLE_REPLICA);

        cluster.lose(2);
        cluster.join(2, null);
        AlterPartition.Partition stale = new AlterPartition.Partition(
                topic,
                0,
                0,
                partitionEpoch,
                List.of(new AlterPartition.IsrMember(1, -1), new AlterPartition.IsrMember(2, epochBefore)),
                PartitionRecord.RECOVERED);
        assertThat(submit(1, stale).error()).isEqualTo(ControllerError.INELIGIBLE_REPLICA);
    }

    @Test
    void unknownTopicsAndPartitionsAreNamedAsSuch() {
        assertThat(submit(1, new AlterPartition.Partition(new UUID(4, 4), 0, 0, 0, List.of(), (byte) 0))
                        .error())
                .isEqualTo(ControllerError.UNKNOWN_TOPIC_ID);
        assertThat(submit(1, new AlterPartition.Partition(topic, 9, 0, 0, List.of(), (byte) 0))
                        .error())
                .isEqualTo(ControllerError.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void anEarlierLifeOfTheLeaderIsRefusedWhole() {
        AlterPartition.Outcome outcome = cluster.submit(new AlterPartition(1, 0, List.of()));

        assertThat(outcome.error()).isEqualTo(ControllerError.STALE_BROKER_EPOCH);
    }

    @Test
    void theSameIsrAgainRaisesThePartitionEpochSoThatOlderProposalsFail() {
        AlterPartition.Result same = propose(0, 0, 1, 2, 3);

        assertThat(same.error()).isEqualTo(ControllerError.NONE);
        assertThat(same.partitionEpoch()).isEqualTo(1);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2, 3);
        assertThat(propose(0, 0, 1, 2).error()).isEqualTo(ControllerError.INVALID_UPDATE_VERSION);
    }

    private AlterPartition.Result propose(int leaderEpoch, int partitionEpoch, int... isr) {
        return submit(1, at(leaderEpoch, partitionEpoch, PartitionRecord.RECOVERED, isr));
    }

    private AlterPartition.Partition at(int leaderEpoch, int partitionEpoch, byte state, int... isr) {
        return new AlterPartition.Partition(
                topic,
                0,
                leaderEpoch,
                partitionEpoch,
                Arrays.stream(isr)
                        .mapToObj(id -> new AlterPartition.IsrMember(id, -1))
                        .toList(),
                state);
    }

    private AlterPartition.Result submit(int proposer, AlterPartition.Partition partition) {
        return cluster.submit(new AlterPartition(
                        proposer, cluster.image.broker(proposer).epoch(), List.of(partition)))
                .partitions()
                .get(0);
    }
}
