package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LoadOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.io.ManualDirectoryIo;
import io.millrace.log.recovery.CheckpointJournal;
import io.millrace.log.segment.LogCheckpoint;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import io.millrace.sim.StepKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingDiskTest {
    @TempDir
    Path dir;

    private final FaultyDisk disk = new FaultyDisk();
    private LogLife life;

    @BeforeEach
    void start() {
        life = new LogLife(dir, disk).start();
        life.appendAll("a");
        life.told.clear();
    }

    @Test
    void aFullDiskRefusesWritesGoesOnReadingAndRecoversByItself() {
        disk.freeBytes(100);
        life.appendAll("b");
        life.append(life.batch("c"));
        life.append(life.batch("d"));
        life.run();

        assertThat(life.told).contains("failed 2 DISK_FULL");
        assertThat(life.log.assignedEnd()).isEqualTo(2);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
        assertThat(life.directory.isDiskFull()).isTrue();

        assertThat(life.append(life.batch("e"))).isInstanceOf(Appended.class);
        assertThat(((Rejected) life.append(life.batch("f"))).error()).isEqualTo(AppendError.DISK_FULL);
        life.run();
        assertThat(life.log.assignedEnd()).isEqualTo(2);

        disk.enoughSpace();
        life.appendAll("g");
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "g");
        assertThat(life.directory.isDiskFull()).isFalse();
        assertThat(life.directory.offlineReason()).isEmpty();
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "g");
    }

    @Test
    void aFullDiskAtARollLeavesNoTraceOfTheNewSegment() {
        life.log.applyConfig(life.config.with("segment.bytes", "100"));
        disk.freeBytes(0);

        life.append(life.batch("b"));
        life.run();

        assertThat(life.log.segmentCount()).isEqualTo(1);
        disk.enoughSpace();
        life.appendAll("c").appendAll("d");
        assertThat(life.valuesFrom(0)).containsExactly("a", "c", "d");
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "c", "d");
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aFailedWriteTakesTheProducersBack() {
        life.append(LogLife.idempotent(9, 0, "x"));
        life.run();
        disk.freeBytes(0);
        life.append(LogLife.idempotent(9, 1, "y"));
        life.append(LogLife.idempotent(9, 2, "z"));
        life.run();
        disk.enoughSpace();

        assertThat(((Rejected) life.append(LogLife.idempotent(9, 2, "z"))).error())
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(life.append(LogLife.idempotent(9, 1, "y"))).isInstanceOf(Appended.class);
        assertThat(life.append(LogLife.idempotent(9, 0, "x"))).isInstanceOf(Duplicate.class);
    }

    @Test
    void anInputOutputErrorTakesTheDirectoryOffline() {
        disk.failWrites();

        life.append(life.batch("b"));
        life.run();

        assertThat(life.told).contains("offline", "failed 1 OFFLINE").doesNotContain("written 2");
        assertThat(life.directory.offlineReason())
                .hasValueSatisfying(why -> assertThat(why).contains("Input/output"));
        AppendOutcome later = life.append(life.batch("c"));
        assertThat(((Rejected) later).error()).isEqualTo(AppendError.OFFLINE);
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aLackOfMemoryInAWriteTakesTheDirectoryOfflineAndAcknowledgesNothing() {
        disk.noMemory(true);
        life.append(life.batch("b"));
        life.append(life.batch("c"));
        life.run();
        disk.noMemory(false);
        life.run();

        assertThat(life.told).contains("offline", "failed 1 OFFLINE").noneMatch(line -> line.startsWith("written"));
        assertThat(life.directory.offlineReason())
                .hasValueSatisfying(why -> assertThat(why).contains("direct buffer memory"));
        assertThat(((Rejected) life.append(life.batch("d"))).error()).isEqualTo(AppendError.OFFLINE);
        assertThat(life.killAndStart().valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aLackOfMemoryInACutTakesTheDirectoryOfflineAndEndsTheCut() {
        life.appendAll("b", "c");
        boolean[] done = {false};
        disk.noMemory(true);
        life.log.truncateTo(1, () -> done[0] = true);
        life.run();

        assertThat(done[0]).isTrue();
        assertThat(life.told).contains("offline");
        assertThat(life.log.offlineReason()).contains("direct buffer memory");
    }

    @Test
    void aLackOfMemoryInASyncIsNeverAcknowledged() {
        life.log.applyConfig(life.config.with("flush.mode", "group"));
        life.run();
        life.told.clear();
        life.append(life.batch("b"));
        life.io.runWriter();
        disk.noMemory(true);
        life.run();
        disk.noMemory(false);
        life.run();

        assertThat(life.told).contains("offline").noneMatch(line -> line.startsWith("synced"));
        assertThat(life.log.syncedEnd()).isEqualTo(1);
    }

    @Test
    void aLogThatCannotBeRecoveredForLackOfMemoryIsAnsweredNonetheless() throws Exception {
        life.directory.abandon();
        LogDirectory again = LogDirectory.open(dir, disk, life.options, life.io);
        List<LoadOutcome> outcomes = new ArrayList<>();
        disk.whileReading(() -> {
            throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
        });
        again.load(LogLife.ID, life.config, life.owner, life.tail, outcomes::add);
        life.run();
        disk.whileReading(() -> {});

        assertThat(outcomes).singleElement().isInstanceOfSatisfying(LoadOutcome.Failed.class, failed -> assertThat(
                        failed.message())
                .contains("direct buffer memory"));
        again.abandon();
        assertThat(life.start().valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aLogForWhoseRecoveryThereIsNoThreadIsAnsweredNonetheless() throws Exception {
        life.directory.abandon();
        LogDirectory again = LogDirectory.open(dir, disk, life.options, new ManualDirectoryIo() {
            @Override
            public boolean read(Runnable task) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        });
        List<LoadOutcome> outcomes = new ArrayList<>();
        again.load(LogLife.ID, life.config, life.owner, life.tail, outcomes::add);
        life.runOwner();
        again.abandon();

        assertThat(outcomes).singleElement().isInstanceOf(LoadOutcome.Failed.class);
    }

    @Test
    void aFailedSyncIsNeverRetriedAndNeverAcknowledged() {
        life.log.applyConfig(life.config.with("flush.mode", "group"));
        life.run();
        life.told.clear();
        disk.failSyncs(true);
        life.append(life.batch("b"));
        life.run();
        disk.failSyncs(false);
        life.append(life.batch("c"));
        life.run();

        assertThat(life.told).contains("offline").noneMatch(line -> line.startsWith("synced"));
        assertThat(life.log.syncedEnd()).isEqualTo(1);
    }

    @Test
    void whatIsOnItsWayToTheFileWhenGroupModeBeginsIsSyncedToo() {
        life.log.applyConfig(life.config.with("flush.mode", "group"));
        life.run();
        life.log.applyConfig(life.config.with("flush.mode", "page-cache"));
        life.append(life.batch("b"));
        life.io.runWriter();

        life.log.applyConfig(life.config.with("flush.mode", "group"));
        life.run();

        assertThat(life.log.writtenEnd()).isEqualTo(2);
        assertThat(life.log.syncedEnd()).isEqualTo(2);
    }

    @Test
    void groupModeSyncsWhatWasWrittenBeforeTheSyncStarted() {
        life.log.applyConfig(life.config.with("flush.mode", "group"));
        life.run();
        life.told.clear();
        life.append(life.batch("b"));
        life.io.runWriter();
        life.append(life.batch("c"));
        life.io.runWriter();

        assertThat(life.io.waitingSyncs()).isEqualTo(1);
        life.run();

        assertThat(life.told).containsSubsequence("written 2", "written 3", "synced 3");
    }

    @Test
    void aLackOfFileHandlesIsWaitedForAndHarmsNothing() {
        life.options = life.options.withMaxOpenFiles(1);
        life.with("flush.mode", "group").killAndStart();
        life.told.clear();
        life.directory.forgetOpenFiles();
        disk.noHandles(2);
        life.append(life.batch("b"));
        life.run();
        assertThat(life.told).containsExactly("failed 1 WRITER_BUSY");

        life.append(life.batch("b"));
        life.io.runWriter();
        life.directory.forgetOpenFiles();
        disk.noHandles(2);
        life.run();
        assertThat(life.log.syncedEnd()).isLessThan(2);
        life.io.advanceMs(1_000);
        life.run();

        assertThat(life.log.syncedEnd()).isEqualTo(2);
        assertThat(life.directory.offlineReason()).isEmpty();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
    }

    @Test
    void aJournalThatIsWrittenAnewWithoutAHandleForItsFolderIsTheOneThatIsFound() throws Exception {
        Path folder = Files.createDirectory(dir.resolve("journal"));
        DirectoryHealth health = new DirectoryHealth("journal", why -> {});
        CheckpointJournal journal = CheckpointJournal.open(disk, folder, health, Set.of());
        for (int i = 1; i <= 3; i++) journal.commit(checkpoint(i * 10, 600_000), () -> true);
        disk.noHandles(1, 1);
        journal.commit(checkpoint(40, 600_000), () -> true);
        assertThat(disk.handlesWanted()).isEqualTo(2);
        assertThat(Files.size(folder.resolve(CheckpointJournal.NAME))).isLessThan(1_000_000);

        journal.invalidateBeyond(LogLife.ID, 35);
        journal.close();

        assertThat(health.isOffline()).isFalse();
        CheckpointJournal found = CheckpointJournal.open(disk, folder, health, Set.of());
        assertThat(found.checkpoint(LogLife.ID)).isNull();
        found.close();
    }

    /** Else a log that was cut, and whose start could not be noted on a full disk, would be taken for one without its first file. */
    @Test
    void aJournalThatIsWrittenAnewKnowsOfCheckpointsThatWereWithdrawn() throws Exception {
        Path folder = Files.createDirectory(dir.resolve("journal"));
        TopicPartitionId other = new TopicPartitionId(LogLife.ID.topicId(), "other", LogLife.ID.partition() + 1);
        DirectoryHealth health = new DirectoryHealth("journal", why -> {});
        CheckpointJournal journal = CheckpointJournal.open(disk, folder, health, Set.of());
        journal.commit(checkpoint(LogLife.ID, 10, 100), () -> true);
        journal.invalidateBeyond(LogLife.ID, 5);
        for (int i = 1; i <= 4; i++) journal.commit(checkpoint(other, i * 10, 600_000), () -> true);
        assertThat(Files.size(folder.resolve(CheckpointJournal.NAME))).isLessThan(1_000_000);
        journal.close();

        CheckpointJournal found = CheckpointJournal.open(disk, folder, health, Set.of());
        assertThat(found.hadCheckpoint(LogLife.ID)).isTrue();
        assertThat(found.checkpoint(LogLife.ID)).isNull();
        assertThat(found.recoveryOffset(LogLife.ID)).isEqualTo(-1);
        assertThat(found.recoveryOffset(other)).isEqualTo(40);
        found.commit(checkpoint(LogLife.ID, 8, 100), () -> true);
        assertThat(found.recoveryOffset(LogLife.ID)).isEqualTo(8);
        found.close();
    }

    /** Else the power would bring back the file before, and with it a start above all that the log has had since. */
    @Test
    void whatIsForgottenOfALogThatBeginsAnewIsDurableWhenThereIsAHandleAgain() throws Exception {
        Path folder = Files.createDirectory(dir.resolve("journal"));
        TopicPartitionId other = new TopicPartitionId(LogLife.ID.topicId(), "other", LogLife.ID.partition() + 1);
        CheckpointJournal journal =
                CheckpointJournal.open(disk, folder, new DirectoryHealth("journal", why -> {}), Set.of());
        journal.commitLogStart(LogLife.ID, 500, () -> true, () -> {});
        for (int i = 1; i <= 3; i++) journal.commit(checkpoint(other, i * 10, 600_000), () -> true);
        disk.noHandles(1, 2);
        journal.commit(checkpoint(other, 40, 600_000), () -> true);
        assertThatThrownBy(() -> journal.beginAnew(LogLife.ID, 0)).isInstanceOf(NoFreeFilesException.class);
        assertThat(disk.handlesWanted())
                .as("for the new file and twice for its name")
                .isEqualTo(3);

        journal.beginAnew(LogLife.ID, 0);

        assertThat(disk.handlesWanted())
                .as("for its name, which the step before did not get")
                .isEqualTo(4);
        journal.close();
    }

    /** Else the power would bring back the file before, with checkpoints that this process has withdrawn. */
    @Test
    void theNameOfAJournalThatADyingProcessWroteAnewIsMadeDurableByTheNext() throws Exception {
        SimDisk simulated = new SimDisk(new Simulation(1), "disk");
        Path folder = Path.of("/journal");
        TopicPartitionId other = new TopicPartitionId(LogLife.ID.topicId(), "other", LogLife.ID.partition() + 1);
        simulated.createDirectories(folder);
        simulated.syncDirectory(folder.getParent());
        DirectoryHealth dying = new DirectoryHealth("dying", why -> {});
        CheckpointJournal journal = CheckpointJournal.open(simulated, folder, dying, Set.of());
        journal.commit(checkpoint(10, 100), () -> true);
        for (int i = 1; i <= 3; i++) journal.commit(checkpoint(other, i * 10, 600_000), () -> true);
        simulated.faults().failNext(StepKind.SYNC_DIRECTORY, "journal");
        journal.commit(checkpoint(other, 40, 600_000), () -> true);
        assertThat(dying.isOffline()).isTrue();
        simulated.afterProcessCrash();
        DirectoryHealth next = new DirectoryHealth("next", why -> {});
        journal = CheckpointJournal.open(simulated, folder, next, Set.of());
        journal.invalidateBeyond(LogLife.ID, 5);

        simulated.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        CheckpointJournal found = CheckpointJournal.open(simulated, folder, next, Set.of());
        assertThat(found.checkpoint(LogLife.ID)).isNull();
        found.close();
    }

    /** Else whoever syncs would hang with what waits for it, and nobody would write the journal again. */
    @Test
    void aJournalForWhichThereIsNoMemoryIsAsItWas() throws Exception {
        Path folder = Files.createDirectory(dir.resolve("journal"));
        DirectoryHealth health = new DirectoryHealth("journal", why -> {});
        CheckpointJournal journal = CheckpointJournal.open(disk, folder, health, Set.of());
        journal.commit(checkpoint(10, 100), () -> true);
        long bytes = Files.size(folder.resolve(CheckpointJournal.NAME));
        disk.noMemory(true);
        journal.commit(checkpoint(20, 100), () -> true);
        disk.noMemory(false);
        journal.invalidateBeyond(LogLife.ID, 5);
        journal.close();

        assertThat(health.isOffline()).isTrue();
        assertThat(Files.size(folder.resolve(CheckpointJournal.NAME))).isEqualTo(bytes);
        CheckpointJournal found = CheckpointJournal.open(disk, folder, health, Set.of());
        assertThat(found.recoveryOffset(LogLife.ID)).isEqualTo(-1);
        found.close();
    }

    private static LogCheckpoint checkpoint(long end, int bytes) {
        return checkpoint(LogLife.ID, end, bytes);
    }

    private static LogCheckpoint checkpoint(TopicPartitionId id, long end, int bytes) {
        return new LogCheckpoint(
                id, 0, end, 0, 100, -1, -1, -1, 0, new int[0], new long[0], new byte[bytes], new byte[0], -1);
    }

    @Test
    void anotherBootIsToldFromADeadProcess() {
        disk.reboot();
        life.killAndStart();
        assertThat(life.directory.previousStop()).isEqualTo(PreviousStop.MACHINE_CRASH);

        life.killAndStart();
        assertThat(life.directory.previousStop()).isEqualTo(PreviousStop.PROCESS_CRASH);
    }
}
