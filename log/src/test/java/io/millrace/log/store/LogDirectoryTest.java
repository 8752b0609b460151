package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.Crc;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.io.ManualDirectoryIo;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    @TempDir
    Path dir;

    @Test
    void theSecondUserOfAFolderIsRefusedWithItsPath() throws Exception {
        LogDirectory first = open(1, "c1");

        assertThatThrownBy(() -> open(1, "c1"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("in use by another process")
                .hasMessageContaining(dir.resolve(".lock").toString());
        first.close();
        open(1, "c1").close();
    }

    @Test
    void aFolderOfAnotherNodeOrClusterIsRefused() throws Exception {
        open(1, "c1").close();

        assertThatThrownBy(() -> open(2, "c1"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessage("Log directory " + dir + " belongs to node 1, expected node 2.");
        assertThatThrownBy(() -> open(1, "c2"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessage("Log directory " + dir + " belongs to cluster c1, expected cluster c2.");
    }

    @Test
    void aFolderWithPartitionsButWithoutIdentityIsRefused() throws Exception {
        Files.createDirectories(dir.resolve("orders-0"));

        assertThatThrownBy(() -> open(1, "c1"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("holds folders but no meta.properties");
    }

    @Test
    void aDamagedIdentityIsRefused() throws Exception {
        Files.writeString(dir.resolve("meta.properties"), "version=1\nnode.id=1\n");

        assertThatThrownBy(() -> open(1, "c1"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("directory.id is missing");
    }

    /** What a newer build wrote is neither damaged nor mended: whoever goes back to an older build loses nothing by trying. */
    @Test
    void aFolderWithAFileOfANewerBuildIsRefusedAndLeftAsItIs() throws Exception {
        open(1, "c1").close();
        for (String name : List.of("meta.properties", "stop-marker", "recovery-checkpoint")) {
            Path file = dir.resolve(name);
            byte[] before = Files.readAllBytes(file);
            byte[] newer = before.clone();
            char version = name.equals("stop-marker") ? '3' : '2';
            if (name.equals("recovery-checkpoint")) {
                ByteBuffer header = ByteBuffer.allocate(10).put(before, 0, 4).putShort((short) 2);
                newer = header.putInt(Crc.of(header, 0, 6)).array();
            } else {
                newer["version=".length()] = (byte) version;
            }
            Files.write(file, newer);

            assertThatThrownBy(() -> open(1, "c1"))
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageContaining("is a newer build's: " + file + " has version " + version)
                    .hasMessageContaining("use the build that wrote it")
                    .matches(refused -> !((LogDirectoryException) refused).isOfTheDisk());
            assertThat(file).hasBinaryContent(newer);
            Files.write(file, before);
        }
        open(1, "c1").close();
    }

    /** Open files go on taking writes that nobody will find again. */
    @Test
    void aFolderThatIsDeletedUnderARunningNodeHasFailed() throws Exception {
        LogDirectory directory = open(1, "c1");
        directory.look();
        Path elsewhere = dir.resolveSibling(dir.getFileName() + "-moved");
        Files.move(dir, elsewhere);

        directory.look();
        assertThat(directory.offlineReason()).as("an error of the moment").isEmpty();
        directory.look();

        assertThat(directory.offlineReason()).contains("the folder and what was in it are gone");
        directory.close();
        Files.move(elsewhere, dir);
    }

    @Test
    void aFolderThatIsMissedOnceIsNotGone() throws Exception {
        LogDirectory directory = open(1, "c1");
        Path elsewhere = dir.resolveSibling(dir.getFileName() + "-moved");
        for (int i = 0; i < 3; i++) {
            Files.move(dir, elsewhere);
            directory.look();
            Files.move(elsewhere, dir);
            directory.look();
        }

        assertThat(directory.offlineReason()).isEmpty();
        directory.close();
    }

    @Test
    void aBitThatIsWrongInTheCheckpointsHeaderIsDamageAndNoNewerBuild() throws Exception {
        LogLife life = new LogLife(dir).with("segment.bytes", "150").start();
        life.appendAll("a", "b", "c");
        life.log.advanceLogStart(2);
        life.run();
        life.stop();
        Path file = dir.resolve("recovery-checkpoint");
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < 6 * 8; bit += 3) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);

            life.start();

            assertThat(life.log.logStartOffset()).as("bit %s", bit).isEqualTo(2);
            assertThat(life.valuesFrom(2)).containsExactly("c");
            life.stop();
            assertThat(Files.readAllBytes(file)).startsWith(Arrays.copyOf(whole, 6));
        }
    }

    @Test
    void aPathThatIsAFileIsRefused() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "x");

        assertThatThrownBy(() -> LogDirectory.open(
                        file, new RealDisk(), LogDirectoryOptions.of(1, "c1"), new ManualDirectoryIo()))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void theDirectoryKeepsItsIdAndTakesItsClusterOnce() throws Exception {
        LogDirectory unformatted = open(1, null);
        UUID id = unformatted.directoryId();
        assertThat(unformatted.clusterId()).isEmpty();
        unformatted.format("c9");
        assertThatThrownBy(() -> unformatted.format("c10")).isInstanceOf(LogDirectoryException.class);
        unformatted.close();

        LogDirectory again = open(1, null);

        assertThat(again.directoryId()).isEqualTo(id);
        assertThat(again.clusterId()).contains("c9");
        assertThat(Files.readString(dir.resolve("meta.properties")))
                .isEqualTo("version=1\ncluster.id=c9\nnode.id=1\ndirectory.id=" + id + "\n");
        again.close();
    }

    @Test
    void aFolderThatWasBeingMadeWhenTheProcessDiedIsAnEmptyPartition() throws Exception {
        LogLife life = new LogLife(dir).start();
        Files.createDirectories(life.folder());

        life.killAndStart();
        life.appendAll("a");
        life.killAndStart();

        assertThat(life.valuesFrom(0)).containsExactly("a");
        assertThat(life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aFolderThatIsNoPartitionIsLeftAlone() throws Exception {
        LogLife life = new LogLife(dir).start();
        Path foreign = Files.createDirectories(dir.resolve("orders-0"));
        Path file = Files.writeString(foreign.resolve("00000000000000000000.log"), "somebody's");

        life.killAndStart();
        life.appendAll("a");

        assertThat(life.directory.found()).isEmpty();
        assertThat(file).hasContent("somebody's");
    }

    @Test
    void aTopicMadeAnewDoesNotWaitUntilTheFolderOfTheOldOneIsGone() throws Exception {
        LogLife life = new LogLife(dir).start();
        life.appendAll("old");
        PartitionLog anew = life.directory.create(
                new TopicPartitionId(new UUID(1, 2), LogLife.ID.topic(), LogLife.ID.partition()),
                LogConfig.DEFAULTS,
                life.owner,
                life.tail);

        anew.append(life.batch("new"), AppendOrigin.CLIENT, 0, life.io.nowMs());
        life.run();
        assertThat(anew.writtenEnd()).isEqualTo(1);
        assertThat(life.valuesFrom(0)).containsExactly("old");
        life.log.delete(() -> {});
        life.run();
        anew.append(life.batch("more"), AppendOrigin.CLIENT, 0, life.io.nowMs());
        life.run();

        assertThat(anew.writtenEnd()).isEqualTo(2);
        assertThat(life.folder()).doesNotExist();
    }

    @Test
    void straysAreFoundAndRemoved() throws Exception {
        LogLife life = new LogLife(dir).start();
        life.appendAll("a");
        life.stop();
        ManualDirectoryIo io = new ManualDirectoryIo();
        LogDirectory directory = LogDirectory.open(dir, new RealDisk(), LogDirectoryOptions.of(1, "c1"), io);
        TopicPartitionId recreated = new TopicPartitionId(new UUID(1, 2), "orders", 0);

        assertThat(directory.found()).containsExactly(LogLife.ID);
        directory.removeStray(recreated);
        assertThat(directory.found()).containsExactly(LogLife.ID);
        assertThatThrownBy(() -> directory.create(LogLife.ID, LogConfig.DEFAULTS, life.owner, life.tail))
                .hasMessageContaining("is there already");
        directory.create(recreated, LogConfig.DEFAULTS, life.owner, life.tail);
        directory.removeStray(LogLife.ID);
        io.runWriter();
        io.runWriter();

        assertThat(directory.found()).isEmpty();
        assertThat(life.folder()).doesNotExist();
        io.close();
    }

    @Test
    void aTopicMadeAnewUnderItsNameGetsAFolderOfItsOwn() throws Exception {
        LogLife life = new LogLife(dir).start();
        life.appendAll("old");
        TopicPartitionId anew = new TopicPartitionId(new UUID(8, 8), "orders", 0);

        life.log.delete(() -> {});
        life.log = life.directory.create(anew, life.config, life.owner, life.tail);
        life.appendAll("new");

        assertThat(life.valuesFrom(0)).containsExactly("new");
        life.log.close(() -> {});
        life.run();
        life.directory.close();
        LogDirectory again =
                LogDirectory.open(dir, new RealDisk(), LogDirectoryOptions.of(1, "c1"), new ManualDirectoryIo());
        assertThat(again.found()).containsExactly(anew);
        again.abandon();
    }

    @Test
    void aDeletionThatWasInterruptedIsFinishedAtTheNextStart() throws Exception {
        LogLife life = new LogLife(dir).start();
        life.appendAll("a");
        life.log.delete(() -> {});
        life.run();

        life.killAndStart();
        life.run();

        assertThat(life.directory.found()).isEmpty();
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left.filter(p -> p.toString().endsWith("-delete"))).isEmpty();
        }
    }

    @Test
    void theStopMarkerTellsWhosePageCacheWasLeftInOrder() throws Exception {
        LogLife life = new LogLife(dir).start();
        assertThat(life.directory.cleanUnder()).as("nothing was there").isEmpty();
        life.appendAll("a");
        life.stop();
        Path marker = dir.resolve("stop-marker");
        String here = life.directory.pageCacheIdentity();
        Files.writeString(marker, Files.readString(marker).replace(here, "another boot"));

        life.start();
        assertThat(life.directory.cleanUnder()).isEqualTo("another boot");
        life.stop();
        life.start();
        assertThat(life.directory.cleanUnder()).isEqualTo(here);
        life.killAndStart();
        assertThat(life.directory.cleanUnder()).isEmpty();
    }

    @Test
    void aDirectoryWithAnOpenLogIsNotLeftClean() {
        LogLife life = new LogLife(dir).start();
        life.appendAll("a");
        life.directory.close();

        life.start();

        assertThat(life.directory.previousStop()).isEqualTo(PreviousStop.PROCESS_CRASH);
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void openFilesAreBoundedWhileManyLogsAreWritten() throws Exception {
        LogLife life = new LogLife(dir);
        life.options = life.options.withMaxOpenFiles(5);
        life.start();
        for (int i = 1; i < 40; i++) {
            TopicPartitionId id = new TopicPartitionId(new UUID(3, 3), "many", i);
            life.log = life.directory.create(id, life.config, life.owner, life.tail);
            life.appendAll("v" + i);
        }

        assertThat(life.directory.openFileCount()).isLessThanOrEqualTo(5);
        assertThat(life.valuesFrom(0)).containsExactly("v39");
    }

    private LogDirectory open(int node, String cluster) throws LogDirectoryException {
        return LogDirectory.open(dir, new RealDisk(), LogDirectoryOptions.of(node, cluster), new ManualDirectoryIo());
    }
}
