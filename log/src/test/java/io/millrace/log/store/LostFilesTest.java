package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.segment.PartitionRemoval;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thread: the test's. */
class LostFilesTest {
    @TempDir
    Path dir;

    private LogLife life;

    @BeforeEach
    void threeRecordsWithACheckpoint() {
        life = new LogLife(dir).start();
        life.appendAll("a", "b", "c");
        life.stop();
    }

    @Test
    void nothingIsMissedAfterAStopOrAKill() {
        life.start();
        assertThat(life.directory.lost()).isEmpty();

        life.appendAll("d");
        life.killAndStart();

        assertThat(life.directory.lost()).isEmpty();
        assertThat(life.startLost).isFalse();
    }

    @Test
    void aFolderThatSomebodyDeletedIsMissed() throws Exception {
        delete(life.folder());

        life.start();

        assertThat(life.directory.lost())
                .containsExactly(new LostPartition(LogLife.ID, "its folder is gone, which held offsets up to 3"));
    }

    /** What the checkpoint says of the folder is forgotten at the first start; that one may end before it tells anybody. */
    @Test
    void itIsMissedAtEveryStartUntilTheClusterKnowsOfIt() throws Exception {
        delete(life.folder());

        life.start();
        life.killAndStart();

        assertThat(life.directory.lost()).extracting(LostPartition::id).containsExactly(LogLife.ID);
        life.directory.lossIsKnown();
        life.killAndStart();
        assertThat(life.directory.lost()).isEmpty();
    }

    /** Left out for that, all of the directory would count as lost. */
    @Test
    void itIsMissedAtEveryStartAlsoOnAFullDisk() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        delete(life.folder());
        disk.freeBytes(0);
        life = new LogLife(dir, disk).start();
        assertThat(life.directory.lost()).extracting(LostPartition::id).containsExactly(LogLife.ID);

        assertThat(dir.resolve(StopMarker.NAME))
                .as("a build that does not know of the line must not drop it")
                .content()
                .startsWith("version=2\n");
        life.killAndStart();
        assertThat(life.directory.lost()).extracting(LostPartition::id).containsExactly(LogLife.ID);
        life.stop();
        life.start();
        assertThat(life.directory.cleanShutdown()).isTrue();
        assertThat(life.directory.lost()).extracting(LostPartition::id).containsExactly(LogLife.ID);

        disk.enoughSpace();
        life.killAndStart();
        assertThat(dir.resolve(LostNote.NAME)).exists();
        assertThat(life.directory.lost()).extracting(LostPartition::id).containsExactly(LogLife.ID);
        life.directory.lossIsKnown();
        life.killAndStart();
        assertThat(life.directory.lost()).isEmpty();
    }

    @Test
    void whatTheClusterKnowsIsToldNoMoreAlsoOnAFullDisk() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        delete(life.folder());
        disk.freeBytes(0);
        life = new LogLife(dir, disk).start();

        life.directory.lossIsKnown();
        life.killAndStart();

        assertThat(life.directory.lost()).isEmpty();
        assertThat(dir.resolve(StopMarker.NAME)).content().startsWith("version=1\n");
    }

    @Test
    void aFolderWhoseDeletionWasInterruptedIsNot() throws Exception {
        Path aside = dir.resolve(LogLife.ID.folderName() + "." + new UUID(1, 2) + "-delete");
        assertThat(PartitionRemoval.isSetAside(aside.getFileName().toString())).isTrue();
        Files.move(life.folder(), aside);

        life.start();

        assertThat(life.directory.lost()).isEmpty();
    }

    /** Of a replica on its way in that was not wanted any more. */
    @Test
    void norIsAHalfDeletedCopyOfAMove() throws Exception {
        String copy = LogLife.ID.nameWith(MovingReplicas.FUTURE);
        Files.move(life.folder(), dir.resolve(copy + "." + new UUID(1, 2) + "-delete"));

        life.start();

        assertThat(life.directory.lost()).isEmpty();
    }

    /** What is to be forgotten of it cannot be written down: then it is withdrawn, which takes no space. */
    @Test
    void norIsItOnAFullDisk() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        Files.move(life.folder(), dir.resolve(LogLife.ID.folderName() + "." + new UUID(1, 2) + "-delete"));
        disk.freeBytes(0);

        life = new LogLife(dir, disk).start();
        assertThat(life.directory.lost()).isEmpty();
        disk.enoughSpace();
        life.appendAll("anew");
        life.killAndStart();

        assertThat(life.directory.lost()).isEmpty();
        assertThat(life.valuesFrom(0)).containsExactly("anew");
    }

    @Test
    void aSegmentThatIsShorterThanWhatWasSyncedIsMissed() throws Exception {
        Path segment = life.folder().resolve("00000000000000000000.log");
        long bytes = Files.size(segment);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(bytes - 1);
        }

        life.start();

        assertThat(life.directory.lost())
                .containsExactly(new LostPartition(
                        LogLife.ID,
                        "00000000000000000000.log has " + (bytes - 1) + " bytes, " + bytes + " were synced"));
        assertThat(life.startLost).as("what is left begins where it began").isFalse();
    }

    @Test
    void aLogWithoutItsSegmentsSaysThatItsBeginningIsLost() throws Exception {
        delete(life.folder());
        Files.createDirectory(life.folder());

        life.start();

        assertThat(life.directory.lost())
                .containsExactly(new LostPartition(LogLife.ID, "its segments are gone, which held offsets up to 3"));
        assertThat(life.startLost).isTrue();
        assertThat(life.log.logStartOffset()).isEqualTo(3);
    }

    @Test
    void aLogWithoutItsFirstSegmentIsMissed() throws Exception {
        Path other = dir.resolve("other");
        life = new LogLife(other).with("segment.bytes", "150").start();
        life.appendAll("a", "b", "c", "d", "e", "f");
        life.stop();
        Files.delete(life.folder().resolve("00000000000000000000.log"));

        life.start();

        assertThat(life.directory.lost())
                .containsExactly(new LostPartition(LogLife.ID, "its beginning is gone, which was at offset 0"));
        assertThat(life.startLost).isTrue();
    }

    @Test
    void aSegmentInTheMiddleThatWasEmptiedOrDeletedIsToldAndNotPassedOverInSilence() throws Exception {
        for (boolean emptied : new boolean[] {true, false}) {
            life = new LogLife(dir.resolve("middle " + emptied))
                    .with("segment.bytes", "150")
                    .start();
            life.appendAll("a", "b", "c", "d", "e", "f");
            life.stop();
            Path second = life.folder().resolve("00000000000000000002.log");
            assertThat(Files.size(second)).isPositive();
            if (emptied) Files.write(second, new byte[0]);
            else Files.delete(second);

            life.start();
            long atStart = life.directory.safetyAlarms();

            assertThat(atStart).isEqualTo(emptied ? 1 : 0);
            assertThat(life.valuesFrom(0)).containsExactly("a", "b", "e", "f");
            assertThat(life.directory.safetyAlarms()).isGreaterThan(atStart);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : List.copyOf(files.toList())) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
