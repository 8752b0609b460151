package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    @TempDir
    Path dir;

    @Test
    void segmentsBeyondTheSizeGoFromTheStart() {
        LogLife life = new LogLife(dir)
                .with("segment.bytes", "150", "retention.bytes", "300")
                .start();
        life.appendAll("a", "b", "c", "d", "e", "f", "g");

        life.log.maintain(life.io.nowMs(), life.log.writtenEnd());
        life.run();

        assertThat(life.log.logStartOffset()).isEqualTo(2);
        assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f", "g");
        life.killAndStart();
        assertThat(life.log.logStartOffset()).isEqualTo(2);
        assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f", "g");
    }

    /** A full disk may have no room for the new start, and retention is what makes room; here the file is removed by hand. */
    @Test
    void whatRetentionLeftSurvivesAKillThoughTheNewStartWasNotWrittenDownAndTheCheckpointIsWithdrawn()
            throws Exception {
        LogLife life = new LogLife(dir).with("segment.bytes", "150").start();
        life.appendAll("a", "b", "c", "d", "e", "f");
        life.stop();
        life.start();
        life.log.truncateTo(5, () -> {});
        life.run();
        Files.delete(life.folder().resolve("00000000000000000000.log"));

        life.killAndStart();

        assertThat(life.log.logStartOffset()).isEqualTo(2);
        assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e");
    }

    /** The same on a log that never had a checkpoint, whose beginning could have been torn off by the power as well. */
    @Test
    void whatRetentionLeftSurvivesThoughTheNewStartWasNotWrittenDownAndNoCheckpointEver() throws Exception {
        LogLife life = new LogLife(dir).with("segment.bytes", "150").start();
        life.appendAll("a", "b", "c", "d", "e", "f");
        Path first = life.folder().resolve("00000000000000000000.log");
        Files.move(first, first.resolveSibling(first.getFileName() + ".deleted"));

        life.killAndStart();

        assertThat(life.log.logStartOffset()).isEqualTo(2);
        assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f");
        assertThat(first.resolveSibling(first.getFileName() + ".deleted")).doesNotExist();
        life.killAndStart();
        assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f");
    }

    /** More than {@code file.delete.delay.ms} after retention, and the disk is as full as it was. */
    @Test
    void whatRetentionLeftSurvivesTwoKillsOnADiskThatNeverHasRoomForTheNewStart() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        LogLife life = new LogLife(dir, disk)
                .with("segment.bytes", "150", "retention.bytes", "300", "file.delete.delay.ms", "0")
                .start();
        life.appendAll("a", "b", "c", "d", "e", "f", "g");
        disk.freeBytes(0);

        life.log.maintain(life.io.nowMs(), life.log.writtenEnd());
        life.run();
        assertThat(life.log.logStartOffset()).isEqualTo(2);
        for (int kills = 0; kills < 2; kills++) {
            life.killAndStart();
            life.run();
            assertThat(life.log.logStartOffset()).isEqualTo(2);
            assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f", "g");
        }

        disk.enoughSpace();
        life.killAndStart();
        life.run();
        life.killAndStart();
        assertThat(life.log.logStartOffset()).isEqualTo(2);
        try (Stream<Path> files = Files.list(life.folder())) {
            assertThat(files.filter(file -> file.toString().endsWith(".deleted")))
                    .isEmpty();
        }
    }

    /** Nothing small was removed with it: the full disk had no room for the segment's index either. */
    @Test
    void whatRetentionLeftSurvivesAKillAlsoWhereOnlyALargeFileCouldTellOfIt() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        LogLife life = new LogLife(dir, disk)
                .with("segment.bytes", "100000", "retention.bytes", "160000", "file.delete.delay.ms", "0")
                .start();
        String large = "v".repeat(80_000);
        life.appendAll(large, large, large);
        for (long base = 0; base < 2; base++) {
            Files.deleteIfExists(life.folder().resolve(String.format("%020d.index", base)));
        }
        disk.freeBytes(0);

        life.log.maintain(life.io.nowMs(), life.log.writtenEnd());
        life.run();
        assertThat(life.log.logStartOffset()).isEqualTo(1);
        for (int kills = 0; kills < 2; kills++) {
            life.killAndStart();
            life.run();
            assertThat(life.log.logStartOffset()).isEqualTo(1);
            assertThat(life.valuesFrom(1)).containsExactly(large, large);
        }
    }

    /** DeleteRecords up to the middle of the first segment was noted before; retention then lets go of that one on a full disk. */
    @Test
    void whatRetentionLeftSurvivesAKillAlsoWhereTheStartWasAmidTheSegmentThatWent() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        LogLife life = new LogLife(dir, disk)
                .with("segment.bytes", "150", "retention.bytes", "300", "file.delete.delay.ms", "0")
                .start();
        life.appendAll("a", "b", "c", "d", "e", "f", "g");
        life.log.advanceLogStart(1);
        life.run();
        disk.freeBytes(0);

        life.log.maintain(life.io.nowMs(), life.log.writtenEnd());
        life.run();
        assertThat(life.log.logStartOffset()).isEqualTo(2);
        for (int kills = 0; kills < 2; kills++) {
            life.killAndStart();
            life.run();
            assertThat(life.log.logStartOffset()).isEqualTo(2);
            assertThat(life.valuesFrom(2)).containsExactly("c", "d", "e", "f", "g");
        }
    }

    @Test
    void nothingAboveTheHighWatermarkGoes() {
        LogLife life = new LogLife(dir)
                .with("segment.bytes", "150", "retention.bytes", "0")
                .start();
        life.appendAll("a", "b", "c", "d", "e");

        life.log.maintain(life.io.nowMs(), 2);
        life.run();

        assertThat(life.log.logStartOffset()).isEqualTo(2);
    }

    @Test
    void oldSegmentsGoAndTheActiveOneIsRolledFirst() throws Exception {
        LogLife life = new LogLife(dir)
                .with("segment.bytes", "150", "retention.ms", "1000")
                .start();
        life.appendAll("a", "b", "c");
        life.io.advanceMs(2_000);

        life.log.maintain(life.io.nowMs(), life.log.writtenEnd());
        life.run();

        assertThat(life.log.logStartOffset()).isEqualTo(3);
        assertThat(life.log.assignedEnd()).isEqualTo(3);
        assertThat(logs(life)).containsExactly("00000000000000000003.log");
        life.killAndStart();
        assertThat(life.log.assignedEnd()).isEqualTo(3);
        life.appendAll("d");
        assertThat(life.valuesFrom(3)).containsExactly("d");
    }

    @Test
    void theAgeOfSegmentsFromBeforeARestartIsReadFromTheirIndexes() {
        LogLife life = new LogLife(dir)
                .with("segment.bytes", "150", "retention.ms", "1000")
                .start();
        life.appendAll("a", "b", "c", "d", "e");
        life.io.advanceMs(2_000);
        long later = life.io.nowMs();
        life.killAndStart();

        for (int i = 0; i < 4; i++) {
            life.log.maintain(later, life.log.writtenEnd());
            life.run();
        }

        assertThat(life.log.logStartOffset()).isEqualTo(5);
    }

    @Test
    void deletedFilesAreRemovedAfterTheDelayOrByTheNextStart() throws Exception {
        LogLife life = new LogLife(dir)
                .with("segment.bytes", "150", "retention.bytes", "0", "file.delete.delay.ms", "5000")
                .start();
        life.appendAll("a", "b", "c");
        life.log.maintain(life.io.nowMs(), 3);
        life.run();
        assertThat(deleted(life)).isNotEmpty();

        life.io.advanceMs(4_000);
        life.run();
        assertThat(deleted(life)).isNotEmpty();
        life.io.advanceMs(2_000);
        life.run();
        assertThat(deleted(life)).isEmpty();

        life.appendAll("d");
        life.log.maintain(life.io.nowMs(), 4);
        life.run();
        assertThat(deleted(life)).isNotEmpty();
        life.killAndStart();
        assertThat(deleted(life)).isEmpty();
    }

    @Test
    void timeRollsASegment() {
        LogLife life = new LogLife(dir).with("segment.ms", "1000").start();
        life.appendAll("a");
        life.io.advanceMs(900);
        life.appendAll("b");
        life.io.advanceMs(200);
        life.appendAll("c");

        assertThat(life.log.segmentCount()).isEqualTo(2);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
    }

    private static List<String> logs(LogLife life) throws IOException {
        return names(life, ".log");
    }

    private static List<String> deleted(LogLife life) throws IOException {
        return names(life, ".deleted");
    }

    private static List<String> names(LogLife life, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(life.folder())) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
