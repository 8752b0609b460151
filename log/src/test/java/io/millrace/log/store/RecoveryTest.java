package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.io.ManualDirectoryIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTest {
    @TempDir
    Path dir;

    private LogLife life;

    @BeforeEach
    void start() {
        life = new LogLife(dir).start();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 60, 68, 69, 75, 130})
    void aTornTailIsCutAtTheLastWholeBatch(int lost) throws Exception {
        life.appendAll("a", "b", "c", "d");
        Path segment = segment(0);
        int batch = (int) (Files.size(segment) / 4);

        cut(segment, Files.size(segment) - lost);
        life.killAndStart();

        List<String> all = List.of("a", "b", "c", "d");
        assertThat(life.valuesFrom(0)).isEqualTo(all.subList(0, 4 - (lost + batch - 1) / batch));
        assertThat(life.directory.safetyAlarms()).isZero();
        life.appendAll("z");
        assertThat(life.valuesFrom(0)).endsWith("z");
    }

    @Test
    void garbageBehindTheLastBatchIsCut() throws Exception {
        life.appendAll("a", "b");
        try (RandomAccessFile file = new RandomAccessFile(segment(0).toFile(), "rw")) {
            file.seek(file.length());
            file.write(new byte[4096]);
        }

        life.killAndStart();

        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
        life.appendAll("c");
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
    }

    @Test
    void aBadBatchBeforeIntactOnesRaisesTheAlarmAndKeepsTheBytes() throws Exception {
        life.appendAll("a", "b", "c", "d");
        long batch = Files.size(segment(0)) / 4;
        flip(segment(0), batch + 65);

        life.killAndStart();

        assertThat(life.valuesFrom(0)).containsExactly("a");
        assertThat(life.directory.safetyAlarms()).isEqualTo(1);
        try (Stream<Path> files = Files.list(life.folder())) {
            assertThat(files.filter(f -> f.toString().endsWith(".damaged")))
                    .singleElement()
                    .satisfies(f -> assertThat(f).hasSize(3 * batch));
        }
    }

    @Test
    void aBitFlipBelowTheCheckpointIsNotServed() throws Exception {
        life.appendAll("a", "b", "c");
        life.stop();
        // The length field of the second batch.
        flip(segment(0), Files.size(segment(0)) / 3 + 8);

        life.start();

        assertThat(life.log.writtenEnd()).isEqualTo(3);
        var read = (io.millrace.log.ReadOutcome.FromDisk) life.log.read(1, 3, 1000, true);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> read.read().load())
                .hasMessageContaining("no batch at position");
        assertThat(life.directory.safetyAlarms()).isEqualTo(1);
        assertThat(life.directory.offlineReason()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "garbage", "flipped", "cut"})
    void withoutACheckpointEverythingIsRebuiltFromTheLog(String damage) throws Exception {
        life.with("segment.bytes", "300");
        life.killAndStart();
        fill();
        life.stop();
        damage(dir.resolve("recovery-checkpoint"), damage);

        life.start();

        assertIntact();
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "garbage", "flipped", "cut"})
    void indexesAndSnapshotsAreRebuilt(String damage) throws Exception {
        life.with("segment.bytes", "300");
        life.killAndStart();
        fill();
        life.stop();
        try (Stream<Path> files = Files.list(life.folder())) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(".index") || file.toString().endsWith(".snapshot")) damage(file, damage);
            }
        }

        life.start();

        assertIntact();
    }

    @Test
    void aMissingCheckpointAfterAKillLosesNothing() throws Exception {
        life.with("segment.bytes", "300");
        life.killAndStart();
        fill();
        Files.delete(dir.resolve("recovery-checkpoint"));

        life.killAndStart();

        assertIntact();
    }

    @Test
    void theAlarmIsRaisedWhenTheFirstSegmentIsGone() throws Exception {
        life.with("segment.bytes", "300");
        life.killAndStart();
        fill();
        life.stop();
        Files.delete(segment(0));

        life.start();

        assertThat(life.directory.safetyAlarms()).isEqualTo(1);
        assertThat(life.log.logStartOffset()).isPositive();
    }

    @Test
    void theAlarmIsRaisedWhenAReaderComesToASegmentThatIsGone() throws Exception {
        life.with("segment.bytes", "150");
        life.killAndStart();
        fill();
        life.stop();
        List<Path> segments;
        try (Stream<Path> files = Files.list(life.folder())) {
            segments = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
        assertThat(segments).hasSizeGreaterThan(2);
        Files.delete(segments.get(1));

        life.start();
        life.valuesFrom(0);

        assertThat(life.directory.safetyAlarms()).isPositive();
    }

    @Test
    void onlyWhatIsBehindTheCheckpointIsScanned() throws Exception {
        life.appendAll("a", "b");
        life.io.advanceMs(40_000);
        life.run();
        life.appendAll("c");
        // Invisible to a restart that starts at the checkpoint.
        flip(segment(0), 65);

        life.killAndStart();

        assertThat(life.log.writtenEnd()).isEqualTo(3);
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aLogWhoseSyncedBytesAreGoneSaysSo() throws Exception {
        life.appendAll("a", "b", "c");
        life.stop();
        cut(segment(0), Files.size(segment(0)) - 10);

        life.start();

        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
        assertThat(life.directory.safetyAlarms()).isPositive();
    }

    @Test
    void damageInASealedSegmentDoesNotTakeTheLaterOnesAway() throws Exception {
        life.with("segment.bytes", "150");
        life.killAndStart();
        life.appendAll("a", "b", "c", "d", "e", "f");
        life.stop();
        Files.delete(dir.resolve("recovery-checkpoint"));
        flip(segment(2), 65);

        life.start();

        assertThat(life.log.writtenEnd()).isEqualTo(6);
        assertThat(life.directory.safetyAlarms()).isPositive();
        assertThat(life.valuesFrom(4)).containsExactly("e", "f");
    }

    @Test
    void deleteRecordsIsRemembered() {
        life.appendAll("a", "b", "c");
        life.log.advanceLogStart(2);
        life.run();

        life.killAndStart();

        assertThat(life.log.logStartOffset()).isEqualTo(2);
        assertThat(life.valuesFrom(2)).containsExactly("c");
    }

    /** A loss of power has taken names that were never synced, and brought one back that retention had just given up. */
    @Test
    void whatLiesBehindAHoleThatNoSyncCoveredIsNoPartOfTheLogThoughASegmentBelowItsStartIsThereAgain()
            throws Exception {
        life.with("segment.bytes", "150");
        life.killAndStart();
        life.appendAll("a", "b", "c");
        life.stop();
        life.start();
        life.appendAll("d", "e", "f", "g", "h", "i");
        life.log.advanceLogStart(5);
        life.run();
        Files.delete(segment(2));
        Files.delete(segment(4));

        life.killAndStart();

        assertThat(life.log.logStartOffset()).isEqualTo(5);
        assertThat(life.log.writtenEnd()).isEqualTo(5);
        life.appendAll("F");
        assertThat(life.valuesFrom(5)).containsExactly("F");
    }

    /** The process that found the damage has begun the file of the checkpoints anew, and died before it had said anything there. */
    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "garbage", "flipped"})
    void aLogWhoseCheckpointsWereDamagedIsKeptByTheProcessAfterNextToo(String damage) throws Exception {
        life.with("segment.bytes", "150");
        life.killAndStart();
        life.appendAll("a", "b", "c", "d", "e", "f");
        life.log.advanceLogStart(3);
        life.run();
        life.log.maintain(life.io.nowMs(), 6);
        life.run();
        life.io.advanceMs(120_000);
        life.run();
        assertThat(Files.list(life.folder())).noneMatch(f -> f.toString().endsWith(".deleted"));
        life.stop();
        damage(dir.resolve("recovery-checkpoint"), damage);

        LogDirectory.open(dir, life.disk, life.options, new ManualDirectoryIo()).abandon();
        life.start();

        assertThat(life.log.writtenEnd()).isEqualTo(6);
        assertThat(life.valuesFrom(4)).containsExactly("e", "f");
    }

    @Test
    void aReadWithinAHoleGoesOnBehindIt() throws Exception {
        life.with("segment.bytes", "150");
        life.killAndStart();
        life.appendAll("a", "b", "c", "d", "e", "f");
        life.stop();
        Files.delete(dir.resolve("recovery-checkpoint"));
        Files.delete(segment(2));

        life.start();

        assertThat(life.log.logStartOffset()).isZero();
        assertThat(life.directory.safetyAlarms()).isPositive();
        assertThat(life.valuesFrom(2)).containsExactly("e", "f");
        assertThat(life.valuesFrom(3)).containsExactly("e", "f");
    }

    private void fill() {
        for (int i = 0; i < 8; i++) {
            var outcome =
                    life.log.append(LogLife.idempotent(3, i, "v" + i), AppendOrigin.CLIENT, i / 3, life.io.nowMs());
            assertThat(outcome).isInstanceOf(Appended.class);
            life.run();
        }
    }

    private void assertIntact() {
        assertThat(life.valuesFrom(0)).containsExactly("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
        assertThat(life.log.latestEpoch()).isEqualTo(2);
        assertThat(life.log.epochAt(4)).isEqualTo(1);
        assertThat(life.append(LogLife.idempotent(3, 7, "v7"))).isInstanceOf(Duplicate.class);
        assertThat(life.append(LogLife.idempotent(3, 8, "v8"))).isInstanceOf(Appended.class);
        life.run();
        assertThat(life.valuesFrom(7)).containsExactly("v7", "v8");
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    private Path segment(long base) {
        return life.folder().resolve(String.format("%020d.log", base));
    }

    private static void damage(Path file, String how) throws IOException {
        switch (how) {
            case "missing" -> Files.delete(file);
            case "empty" -> cut(file, 0);
            case "garbage" -> Files.writeString(file, "nonsense nonsense nonsense nonsense nonsense nonsense");
            case "flipped" -> flip(file, Files.size(file) / 2);
            default -> cut(file, Files.size(file) - 3);
        }
    }

    private static void cut(Path file, long size) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(size);
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.seek(position);
            int b = f.read();
            f.seek(position);
            f.write(b ^ 0x55);
        }
    }
}
