package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A follower on the real log directory; its leader (node 2) is played by the test. */
class FollowerOnDiskTest {
    private final SimDisk disk = new SimDisk(new Random(5));
    private final QuorumLife life = new QuorumLife(disk);

    @BeforeEach
    void formAlone() throws Throwable {
        // Only a cluster of one forms itself: the folder is made by one, then its voters are changed behind its back.
        life.start();
        life.stop();
        QuorumStateFile file = new QuorumStateFile(disk, life.folder());
        NodePromises formed = file.read().orElseThrow();
        file.write(new NodePromises(
                formed.clusterId(),
                formed.nodeId(),
                formed.directoryId(),
                new VoterSet(Map.of(1, formed.directoryId(), 2, VoterSet.ANY_DIRECTORY, 3, VoterSet.ANY_DIRECTORY)),
                formed.votersHash(),
                formed.election()));
        life.voters = List.of(
                new VoterAddress(1, "localhost", 1),
                new VoterAddress(2, "localhost", 2),
                new VoterAddress(3, "localhost", 3));
        life.start();
        life.sent.clear();
    }

    private static QuorumBatch batch(long offset, int epoch, String... values) {
        return new QuorumBatch(
                offset,
                epoch,
                false,
                Arrays.stream(values)
                        .map(value -> value.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    private void answer(int epoch, long highWatermark, FetchOutcome outcome) {
        FetchRequest asked = life.lastSent(FetchRequest.class);
        life.hear(2, new FetchResponse(epoch, 2, asked.log(), highWatermark, outcome));
    }

    private void batches(int epoch, long highWatermark, QuorumBatch... batches) {
        answer(epoch, highWatermark, new FetchOutcome.Batches(List.of(batches)));
    }

    /** The log begins with the record of the epoch in which the folder was formed: offset 0, epoch 1. */
    private void follow(int epoch) {
        life.hear(2, new BeginEpoch(epoch, 2));
    }

    @Test
    void itAppliesWhatTheLeaderCommittedAndKeepsIt() throws Throwable {
        follow(5);
        batches(5, 1, batch(1, 5, "a", "b"));
        assertThat(life.state).as("not committed yet").isEmpty();
        assertThat(life.lastSent(FetchRequest.class).log()).isEqualTo(new LogPosition(3, 5));
        batches(5, 3);
        assertThat(life.state).containsExactly("a", "b");

        life.die();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);
        life.start();
        follow(6);
        batches(6, 3);

        assertThat(life.state).containsExactly("a", "b");
    }

    @Test
    void itCutsWhatTheNewLeaderDoesNotHaveAndGoesOnWithItsRecords() throws Throwable {
        follow(5);
        batches(5, 1, batch(1, 5, "committed"));
        batches(5, 2, batch(2, 5, "lost 1", "lost 2"));
        batches(5, 2, batch(4, 5, "lost 3"));

        follow(7);
        answer(7, 2, new FetchOutcome.Diverged(new LogPosition(2, 5)));
        assertThat(life.lastSent(FetchRequest.class).log()).isEqualTo(new LogPosition(2, 5));
        batches(7, 2, batch(2, 7, "instead"));
        batches(7, 3);
        assertThat(life.state).containsExactly("committed", "instead");

        life.die();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);
        life.start();
        follow(8);
        assertThat(life.lastSent(FetchRequest.class).log()).isEqualTo(new LogPosition(3, 7));
        batches(8, 3);
        assertThat(life.state).containsExactly("committed", "instead");
    }

    @Test
    void itReplacesItsLogByTheLeadersSnapshotAlsoAcrossACrashInBetween() throws Throwable {
        LogPosition snapshot = new LogPosition(100, 6);
        byte[] bytes = SnapshotFile.encode(
                snapshot,
                StoredSnapshot.of(List.of("x".getBytes(StandardCharsets.UTF_8), "y".getBytes(StandardCharsets.UTF_8))));
        follow(7);
        batches(7, 1, batch(1, 7, "to be replaced"));
        answer(7, 1, new FetchOutcome.SnapshotNeeded(snapshot));
        assertThat(life.lastSent(SnapshotRequest.class)).isEqualTo(new SnapshotRequest(7, snapshot, 0));
        int half = bytes.length / 2;
        life.hear(2, new SnapshotResponse(7, 2, snapshot, 0, bytes.length, Arrays.copyOf(bytes, half)));
        assertThat(life.lastSent(SnapshotRequest.class).position()).isEqualTo(half);

        life.hear(
                2,
                new SnapshotResponse(
                        7, 2, snapshot, half, bytes.length, Arrays.copyOfRange(bytes, half, bytes.length)));

        assertThat(life.state).containsExactly("x", "y");
        assertThat(life.lastSent(FetchRequest.class).log()).isEqualTo(snapshot);
        batches(7, 100, batch(100, 7, "after"));
        batches(7, 101);
        assertThat(life.state).containsExactly("x", "y", "after");
        life.die();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);
        life.start();
        assertThat(life.state).containsExactly("x", "y");
        follow(8);
        assertThat(life.lastSent(FetchRequest.class).log()).isEqualTo(new LogPosition(101, 7));
        batches(8, 101);
        assertThat(life.state).containsExactly("x", "y", "after");
    }

    @Test
    void aSnapshotThatArrivesDamagedIsAskedForAgain() throws Throwable {
        LogPosition snapshot = new LogPosition(100, 6);
        byte[] bytes = SnapshotFile.encode(snapshot, StoredSnapshot.of(List.of("x".getBytes(StandardCharsets.UTF_8))));
        bytes[bytes.length - 1] ^= 1;
        follow(7);
        answer(7, 1, new FetchOutcome.SnapshotNeeded(snapshot));

        life.hear(2, new SnapshotResponse(7, 2, snapshot, 0, bytes.length, bytes));

        assertThat(life.state).isEmpty();
        assertThat(life.halts).isEmpty();
        life.passMs(1_000);
        assertThat(life.lastSent(FetchRequest.class).log().endOffset()).isEqualTo(1);
    }
}
