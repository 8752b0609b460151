package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.batch.Crc;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The small files of the metadata folder: promises, snapshots, and what a crash or a bit flip makes of them. */
class QuorumFilesTest {
    private static final Path FOLDER = Path.of("/data/__cluster_metadata-0");
    private static final UUID DIRECTORY = new UUID(3, 4);
    private static final VoterSet VOTERS = new VoterSet(Map.of(1, DIRECTORY));

    private final SimDisk disk = new SimDisk(new Random(7));
    private final QuorumStateFile file = new QuorumStateFile(disk, FOLDER);

    private static NodePromises promises(int epoch, int votedId) {
        return new NodePromises(
                "abcdefghijklmnopqrstuv", 1, DIRECTORY, VOTERS, "0011", new ElectionState(epoch, votedId));
    }

    @Test
    void promisesAreReadAsTheyWereWritten() throws Exception {
        file.write(promises(7, 3));

        assertThat(file.read()).contains(promises(7, 3));
    }

    @Test
    void q1ACrashAtAnyStepLeavesTheOldOrTheNewPromises() throws Exception {
        for (PowerLoss loss : PowerLoss.values()) {
            long steps = stepsOfOneWrite();
            for (long step = 1; step <= steps; step++) {
                SimDisk crashing = new SimDisk(new Random(step));
                QuorumStateFile before = new QuorumStateFile(crashing, FOLDER);
                before.write(promises(7, -1));
                crashing.syncDirectory(FOLDER.getParent());
                crashing.syncDirectory(FOLDER.getRoot());
                crashing.stopAt(crashing.steps() + step);
                boolean finished = writes(before);
                crashing.afterPowerLoss(loss);

                Optional<NodePromises> after = new QuorumStateFile(crashing, FOLDER).read();

                assertThat(after).as("%s, step %d", loss, step).isPresent();
                assertThat(after.get()).isIn(promises(7, -1), promises(8, 2));
                if (finished) {
                    assertThat(after.get()).as("answered for").isEqualTo(promises(8, 2));
                }
            }
        }
    }

    private boolean writes(QuorumStateFile target) throws IOException {
        try {
            target.write(promises(8, 2));
            return true;
        } catch (LifeStopped crash) {
            return false;
        }
    }

    private long stepsOfOneWrite() throws IOException {
        SimDisk counted = new SimDisk(new Random(1));
        QuorumStateFile twice = new QuorumStateFile(counted, FOLDER);
        twice.write(promises(7, -1));
        long before = counted.steps();
        twice.write(promises(8, 2));
        return counted.steps() - before + 1;
    }

    @Test
    void q8EveryFlippedBitOfThePromisesIsNoticed() throws Exception {
        file.write(promises(7, 3));
        LogCorrupter corrupter = new LogCorrupter(disk);
        long size = corrupter.size(file.path());
        for (long position = 0; position < size; position++) {
            for (int bit = 0; bit < 8; bit++) {
                corrupter.flipBit(file.path(), position, bit);
                try {
                    assertThat(file.read()).as("byte %d bit %d", position, bit).contains(promises(7, 3));
                } catch (FormationException noticed) {
                    assertThat(noticed).hasMessageContaining("quorum-state");
                }
                corrupter.flipBit(file.path(), position, bit);
            }
        }
    }

    @Test
    void promisesOfTheFirstVersionAreThoseOfAClusterOfOne() throws Exception {
        String text = "version=1\ncluster.id=abcdefghijklmnopqrstuv\nnode.id=1\ndirectory.id=" + DIRECTORY
                + "\nvoters=1\nvoters.hash=0011\nepoch=7\nvoted.id=1\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String crc = String.format(
                "crc32c=%08x\n", io.millrace.log.batch.Crc.of(java.nio.ByteBuffer.wrap(bytes), 0, bytes.length));
        file.write(promises(1, 1));
        new LogCorrupter(disk).truncateTo(file.path(), 0);
        new LogCorrupter(disk).append(file.path(), (text + crc).getBytes(StandardCharsets.UTF_8));

        assertThat(file.read()).contains(promises(7, 1));
    }

    @Test
    void q7ACrashAtAnyStepLeavesNoHalfSnapshotUnderItsName() throws Exception {
        LogPosition position = new LogPosition(20, 3);
        byte[] bytes = SnapshotFile.encode(position, StoredSnapshot.of(records(50)));
        for (PowerLoss loss : PowerLoss.values()) {
            for (long step = 1; step <= 12; step++) {
                SimDisk crashing = new SimDisk(new Random(step));
                SnapshotFolder snapshots = snapshotsWithOne(crashing);
                crashing.stopAt(crashing.steps() + step);
                boolean finished = true;
                try {
                    snapshots.write(position, bytes);
                } catch (LifeStopped crash) {
                    finished = false;
                }
                crashing.afterPowerLoss(loss);

                SnapshotFolder after = new SnapshotFolder(crashing, FOLDER);
                after.sweep();
                LogPosition newest = after.loadNewest().orElseThrow().position();
                assertThat(newest).as("%s, step %d", loss, step).isIn(position, new LogPosition(10, 2));
                if (finished) {
                    assertThat(newest).isEqualTo(position);
                }
                assertThat(crashing.list(FOLDER)).noneMatch(f -> f.toString().endsWith(".damaged"));
            }
        }
    }

    private static SnapshotFolder snapshotsWithOne(SimDisk on) throws IOException {
        on.createDirectories(FOLDER);
        SnapshotFolder snapshots = new SnapshotFolder(on, FOLDER);
        LogPosition old = new LogPosition(10, 2);
        snapshots.write(old, SnapshotFile.encode(old, StoredSnapshot.of(records(5))));
        on.syncDirectory(FOLDER.getParent());
        on.syncDirectory(FOLDER.getRoot());
        return snapshots;
    }

    @Test
    void aDamagedSnapshotFallsBackToTheOneBefore() throws Exception {
        SnapshotFolder snapshots = snapshotsWithOne(disk);
        LogPosition newest = new LogPosition(20, 3);
        snapshots.write(newest, SnapshotFile.encode(newest, StoredSnapshot.of(records(50))));
        new LogCorrupter(disk).flipBit(FOLDER.resolve(SnapshotFile.name(newest)), 40, 3);

        SnapshotFolder.Sound found = snapshots.loadNewest().orElseThrow();

        assertThat(found.position()).isEqualTo(new LogPosition(10, 2));
        assertThat(found.content().records()).hasSize(5);
        assertThat(disk.list(FOLDER)).anyMatch(f -> f.toString().endsWith(".damaged"));
    }

    @Test
    void aSnapshotOfANewerBuildIsNotDamagedAndStaysWhereItIs() throws Exception {
        SnapshotFolder snapshots = snapshotsWithOne(disk);
        LogPosition newest = new LogPosition(20, 3);
        ByteBuffer newer = ByteBuffer.wrap(SnapshotFile.encode(newest, StoredSnapshot.of(records(50))));
        int crcAt = newer.limit() - Integer.BYTES;
        newer.putShort(4, (short) 3).putInt(crcAt, Crc.of(newer, 0, crcAt));
        snapshots.write(newest, newer.array());

        assertThatThrownBy(snapshots::loadNewest)
                .isInstanceOf(FormationException.class)
                .hasMessageContaining("has version 3, this build reads up to 2: use the build that wrote it");
        assertThat(snapshots.list()).contains(newest);
        assertThat(disk.list(FOLDER)).noneMatch(f -> f.toString().endsWith(".damaged"));
    }

    @Test
    void onlyTheNewestSnapshotAndTheOneBeforeAreKept() throws Exception {
        SnapshotFolder snapshots = snapshotsWithOne(disk);
        for (int offset = 20; offset <= 50; offset += 10) {
            LogPosition position = new LogPosition(offset, 3);
            snapshots.write(position, SnapshotFile.encode(position, StoredSnapshot.of(records(1))));
        }

        assertThat(snapshots.list()).containsExactly(new LogPosition(50, 3), new LogPosition(40, 3));
    }

    @Test
    void aSnapshotHasTheseBytes() {
        byte[] bytes = SnapshotFile.encode(
                new LogPosition(258, 3), StoredSnapshot.of(List.of("ab".getBytes(StandardCharsets.US_ASCII))));

        assertThat(java.util.HexFormat.of().formatHex(bytes))
                .startsWith("4d52534e" + "0001" + "0000000000000102" + "00000003" + "00000001" + "00000002" + "6162")
                .hasSize(2 * 32);
        assertThat(SnapshotFile.name(new LogPosition(258, 3))).isEqualTo("00000000000000000258-0000000003.checkpoint");
    }

    private static List<byte[]> records(int count) {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(("record " + i).getBytes(StandardCharsets.UTF_8));
        }
        return records;
    }
}
