package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.HeapPayload;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.recovery.CheckpointJournal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {
    @TempDir
    Path dir;

    private LogLife life;
    private boolean done;

    @BeforeEach
    void start() {
        life = new LogLife(dir).with("segment.bytes", "300").start();
    }

    @Test
    void whatIsOnItsWayToTheFileIsNoPartOfALogThatBeginsAnewBehindIt() throws Exception {
        LogLife fresh = new LogLife(Files.createTempDirectory(dir, "anew")).start();
        fresh.appendAll("a");
        fresh.append(fresh.batch("b"));

        fresh.log.truncateFullyAndStartAt(1000, () -> {});
        fresh.run();
        fresh.append(fresh.batch("c"));
        fresh.run();

        assertThat(fresh.directory.offlineReason()).isEmpty();
        assertThat(fresh.log.writtenEnd()).isEqualTo(1001);
        assertThat(fresh.valuesFrom(1000)).containsExactly("c");
    }

    @Test
    void aCutTakesMemoryAtOnceAndTheFilesAfterwards() {
        life.appendAll("a", "b", "c", "d", "e", "f", "g", "h", "i");

        life.log.truncateTo(3, () -> done = true);

        assertThat(life.log.writtenEnd()).isEqualTo(3);
        assertThat(life.log.read(3, 10, 100, true)).isEqualTo(ReadOutcome.Empty.INSTANCE);
        assertThat(((Rejected) life.append(life.batch("x"))).error()).isEqualTo(AppendError.WRITER_BUSY);
        life.run();
        assertThat(done).isTrue();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
        life.appendAll("D", "E", "F");
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c", "D", "E", "F");
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c", "D", "E", "F");
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aCutBelowTheCheckpointSurvivesAKill() {
        life.appendAll("a", "b", "c", "d");
        life.io.advanceMs(40_000);
        life.run();

        life.log.truncateTo(2, () -> done = true);
        life.run();
        life.appendAll("longer than before", "D");
        life.killAndStart();

        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "longer than before", "D");
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aCutCatchesAppendsOnTheirWayToTheFile() {
        life.appendAll("a");
        life.append(life.batch("b"));
        life.append(life.batch("c"));

        life.log.truncateTo(2, () -> done = true);
        life.run();

        assertThat(life.log.writtenEnd()).isEqualTo(2);
        assertThat(life.log.assignedEnd()).isEqualTo(2);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
        life.appendAll("d");
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "d");
    }

    @Test
    void producersAndEpochsGoBackToo() {
        for (int i = 0; i < 6; i++) {
            life.log.append(LogLife.idempotent(4, i, "v" + i), AppendOrigin.CLIENT, i / 2, life.io.nowMs());
            life.run();
        }

        life.log.truncateTo(3, () -> done = true);
        life.run();

        assertThat(life.log.latestEpoch()).isEqualTo(1);
        assertThat(life.append(LogLife.idempotent(4, 2, "v2"))).isInstanceOf(Duplicate.class);
        assertThat(((Rejected) life.append(LogLife.idempotent(4, 4, "v4"))).error())
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(life.append(LogLife.idempotent(4, 3, "v3"))).isEqualTo(new Appended(3, 3, -1, 0));
    }

    @Test
    void aCutInsideABatchTakesAllOfIt() {
        life.appendAll("a");
        life.append(life.batch("b", "c", "d"));
        life.run();

        life.log.truncateTo(2, () -> done = true);
        life.run();

        assertThat(life.log.writtenEnd()).isEqualTo(1);
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void startingAnewForgetsEverythingButThePlace() {
        life.appendAll("a", "b", "c", "d", "e", "f");

        life.log.truncateFullyAndStartAt(100, () -> done = true);
        life.run();

        assertThat(done).isTrue();
        assertThat(life.log.logStartOffset()).isEqualTo(100);
        assertThat(life.log.read(5, 10, 100, true)).isEqualTo(new ReadOutcome.OutOfRange(100, 100));
        life.killAndStart();
        assertThat(life.log.assignedEnd()).isEqualTo(100);
        assertThat(life.append(life.batch("x"))).isEqualTo(new Appended(100, 100, -1, 100));
        life.run();
        life.log.truncateFullyAndStartAt(7, () -> {});
        life.run();
        life.appendAll("y");
        life.killAndStart();
        assertThat(life.log.logStartOffset()).isEqualTo(7);
        assertThat(life.valuesFrom(7)).containsExactly("y");
    }

    @Test
    void aFollowerTakesSeveralBatchesAtOnceAndOnlyWhereItsLogEnds() {
        ByteBuffer two = join(placed(0, "a", "b"), placed(2, "c"));

        assertThat(life.log.appendReplicated(HeapPayload.of(two), 1)).isEqualTo(new Appended(0, 2, -1, 0));
        life.run();

        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
        assertThat(life.valuesFrom(2)).containsExactly("c");
        var first = (ReadOutcome.FromMemory) life.log.read(0, 2, 1000, true);
        assertThat(first.nextOffset()).isEqualTo(2);
        assertThat(((Rejected) life.log.appendReplicated(placed(5, "x"), 1)).error())
                .isEqualTo(AppendError.OFFSET_GAP);
        assertThat(life.log.latestEpoch()).isEqualTo(9);
    }

    private static Payload placed(long base, String... values) {
        BatchBuilder builder = new BatchBuilder().baseOffset(base).leaderEpoch(9);
        for (String value : values) builder.append(1_000, null, LogLife.bytes(value));
        return builder.build();
    }

    private static ByteBuffer join(Payload... payloads) {
        ByteBuffer all = ByteBuffer.allocate(1000);
        for (Payload payload : payloads) all.put(payload.bytes());
        return all.flip();
    }

    /** A follower that is cut when its leader changes keeps everybody's acknowledgements waiting until it goes on. */
    @Test
    void aCutWaitsForNoSyncAndWhatComesNextStandsApartFromIt() throws Exception {
        LogLife large = new LogLife(Files.createTempDirectory(dir, "large")).start();
        large.appendAll("a", "b", "c");
        large.log.truncateTo(2, () -> done = true);
        goOnWithoutSyncs(large);
        assertThat(done).isTrue();
        large.append(large.batch("C"));
        goOnWithoutSyncs(large);

        assertThat(large.valuesFrom(0)).containsExactly("a", "b", "C");
        assertThat(large.log.writtenEnd()).isEqualTo(3);
        assertThat(large.log.syncedEnd()).isZero();
        assertThat(logFiles(large)).containsExactly("00000000000000000000.log", "00000000000000000002.log");
        large.run();
        assertThat(large.killAndStart().valuesFrom(0)).containsExactly("a", "b", "C");
    }

    @Test
    void aCutThatThePowerTookBackEndsWhereTheNextSegmentBegins() throws Exception {
        LogLife large = new LogLife(Files.createTempDirectory(dir, "large")).start();
        large.appendAll("a", "b", "c", "d");
        Path first = folder(large).resolve("00000000000000000000.log");
        byte[] before = Files.readAllBytes(first);
        large.log.truncateTo(2, () -> done = true);
        goOnWithoutSyncs(large);
        large.append(large.batch("C"));
        goOnWithoutSyncs(large);

        Files.write(first, before);
        large.killAndStart();

        assertThat(large.valuesFrom(0)).containsExactly("a", "b", "C");
        assertThat(large.directory.safetyAlarms()).isZero();
        large.appendAll("D");
        assertThat(large.killAndStart().valuesFrom(0)).containsExactly("a", "b", "C", "D");
    }

    @Test
    void whereASyncComesBeforeEveryAcknowledgementACutIsSyncedToo() throws Exception {
        LogLife group = new LogLife(Files.createTempDirectory(dir, "group"))
                .with("flush.mode", "group")
                .start();
        group.appendAll("a", "b", "c");
        group.log.truncateTo(2, () -> done = true);
        group.io.runWriter();
        group.runOwner();
        assertThat(done).as("the producers are rebuilt after the sync").isFalse();
        group.run();
        group.appendAll("C");

        assertThat(group.valuesFrom(0)).containsExactly("a", "b", "C");
        assertThat(logFiles(group)).containsExactly("00000000000000000000.log");
    }

    @Test
    void aCutOfWhatWasNotCommittedReadsNothingBeforeTheLogGoesOn() throws Exception {
        LogLife large = new LogLife(Files.createTempDirectory(dir, "large")).start();
        for (int i = 0; i < 5; i++) {
            large.append(LogLife.idempotent(4, i, "v" + i));
            large.log.noteHighWatermark(Math.max(0, i - 2));
            large.run();
        }

        large.log.truncateTo(3, () -> done = true);
        large.io.runWriter();
        large.runOwner();

        assertThat(done).isTrue();
        assertThat(large.append(LogLife.idempotent(4, 2, "v2"))).isInstanceOf(Duplicate.class);
        assertThat(((Rejected) large.append(LogLife.idempotent(4, 5, "v5"))).error())
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(large.append(LogLife.idempotent(4, 3, "V3"))).isEqualTo(new Appended(3, 3, -1, 0));
        large.run();
        assertThat(large.valuesFrom(0)).containsExactly("v0", "v1", "v2", "V3");
        assertThat(large.killAndStart().append(LogLife.idempotent(4, 3, "V3"))).isInstanceOf(Duplicate.class);
    }

    @Test
    void belowTheWatermarkProducersAreRebuiltFromWhatIsLeft() throws Exception {
        LogLife large = new LogLife(Files.createTempDirectory(dir, "large")).start();
        for (int i = 0; i < 5; i++) {
            large.append(LogLife.idempotent(4, i, "v" + i));
            large.run();
        }
        large.log.noteHighWatermark(4);
        large.append(LogLife.idempotent(4, 5, "v5"));
        large.run();

        large.log.truncateTo(3, () -> done = true);
        large.io.runWriter();
        large.runOwner();
        assertThat(done).isFalse();
        large.run();

        assertThat(done).isTrue();
        assertThat(large.append(LogLife.idempotent(4, 2, "v2"))).isInstanceOf(Duplicate.class);
        assertThat(large.append(LogLife.idempotent(4, 3, "V3"))).isEqualTo(new Appended(3, 3, -1, 0));
    }

    @Test
    void theNewestTimestampThatWasCutOffIsNowhereBelieved() throws Exception {
        LogLife large = new LogLife(Files.createTempDirectory(dir, "large")).start();
        for (long timestamp : new long[] {10, 20, 99}) {
            large.append(LogLife.batchAt(timestamp, "at " + timestamp));
            large.run();
        }
        large.log.truncateTo(2, () -> done = true);
        large.io.runWriter();
        large.runOwner();
        // The process dies before anybody has looked which record is the newest now, and after all
        // that was asked was synced.
        large.io.runSyncs();
        large.io.runWriter();
        large.io.runSyncs();
        large.killAndStart();

        assertThat(newest(large)).isEqualTo(new TimestampOutcome.Found(1, 20, 0));

        large.append(LogLife.batchAt(99, "again"));
        large.run();
        large.log.truncateTo(2, () -> {});
        large.io.runWriter();
        large.runOwner();
        large.append(LogLife.batchAt(15, "c"));
        large.run();
        assertThat(newest(large)).isEqualTo(new TimestampOutcome.Found(1, 20, 0));
        assertThat(newest(large.killAndStart())).isEqualTo(new TimestampOutcome.Found(1, 20, 0));
    }

    @Test
    void aCutAfterWhichNobodyCouldReadGetsItsCheckpointLater() throws Exception {
        for (Runnable failing : List.<Runnable>of(
                () -> {
                    throw new IllegalStateException("a bug");
                },
                () -> {
                    throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
                })) {
            FaultyDisk disk = new FaultyDisk();
            LogLife cut = new LogLife(Files.createTempDirectory(dir, "unread"), disk).start();
            cut.appendAll("a", "b", "c");
            cut.log.truncateTo(2, () -> done = true);
            cut.io.runWriter();
            cut.runOwner();
            disk.whileReading(failing);
            cut.run();
            disk.whileReading(() -> {});
            assertThat(checkpointed(cut)).isFalse();

            cut.log.maintain(cut.io.nowMs(), 2);
            cut.log.maintain(cut.io.nowMs(), 2);
            cut.run();

            assertThat(checkpointed(cut)).isTrue();
            assertThat(cut.directory.offlineReason()).isEmpty();
        }
    }

    @Test
    void aCutThatCannotRebuildItsProducersForLackOfMemoryEndsOffline() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        LogLife cut = new LogLife(Files.createTempDirectory(dir, "unread"), disk).start();
        cut.appendAll("a", "b", "c");
        cut.log.noteHighWatermark(3);
        cut.append(LogLife.idempotent(4, 0, "d"));
        cut.run();
        cut.log.truncateTo(2, () -> done = true);
        cut.io.runWriter();
        cut.runOwner();
        assertThat(done).isFalse();
        disk.whileReading(() -> {
            throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
        });

        cut.run();

        assertThat(done).isTrue();
        assertThat(cut.log.offlineReason()).contains("direct buffer memory");
        assertThat(((Rejected) cut.append(cut.batch("x"))).error()).isEqualTo(AppendError.OFFLINE);
    }

    /** As the file says that would be read after a kill. */
    private boolean checkpointed(LogLife life) throws Exception {
        Path copy = Files.createTempDirectory(dir, "journal");
        Files.copy(life.directory.path().resolve("recovery-checkpoint"), copy.resolve("recovery-checkpoint"));
        DirectoryHealth health = new DirectoryHealth("copy", why -> {});
        try (CheckpointJournal journal = CheckpointJournal.open(new RealDisk(), copy, health, Set.of())) {
            return journal.checkpoint(LogLife.ID) != null;
        }
    }

    private static TimestampOutcome newest(LogLife life) {
        TimestampOutcome[] newest = {null};
        life.log.findMaxTimestamp(Long.MAX_VALUE, found -> newest[0] = found);
        life.run();
        return newest[0];
    }

    private static void goOnWithoutSyncs(LogLife life) {
        for (int i = 0; i < 20; i++) {
            life.io.runWriter();
            life.io.runReads();
            life.runOwner();
        }
    }

    private static Path folder(LogLife life) throws Exception {
        try (Stream<Path> found = Files.walk(life.directory.path())) {
            return found.filter(path -> path.getFileName().toString().equals("00000000000000000000.log"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
    }

    private static List<String> logFiles(LogLife life) throws Exception {
        try (Stream<Path> found = Files.list(folder(life))) {
            return found.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }
}
