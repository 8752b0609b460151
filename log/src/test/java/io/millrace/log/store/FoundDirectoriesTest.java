package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOrigin;
import io.millrace.log.PartitionLog;
import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.io.ManualDirectoryIo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundDirectoriesTest {
    @TempDir
    Path root;

    private Path first;
    private Path second;
    private Path third;

    @BeforeEach
    void name() {
        first = root.resolve("first");
        second = root.resolve("second");
        third = root.resolve("third");
    }

    private FoundDirectories open(Path... paths) throws LogDirectoryException {
        return FoundDirectories.open(List.of(paths), new RealDisk(), path -> open(path, 1));
    }

    private static LogDirectory open(Path path, int node) throws LogDirectoryException {
        return LogDirectory.open(path, new RealDisk(), LogDirectoryOptions.of(node, "c1"), new ManualDirectoryIo());
    }

    private static void close(FoundDirectories found) {
        found.opened().forEach(LogDirectory::close);
    }

    private static List<Path> paths(FoundDirectories found) {
        return found.opened().stream().map(LogDirectory::path).toList();
    }

    /** The second one failed, its replica went to other nodes, came back and was made anew in the first; now the second is back. */
    @Test
    void ofTwoFoldersOfOneReplicaTheOneThatKnowsMoreCounts() throws Exception {
        for (boolean firstIsNewer : List.of(true, false)) {
            Path folder = Files.createDirectory(root.resolve("first is newer " + firstIsNewer));
            List<Path> paths = List.of(folder.resolve("a"), folder.resolve("b"));
            LogLife older = new LogLife(paths.get(firstIsNewer ? 1 : 0)).start();
            older.appendAll("a", "b").stop();
            LogLife newer = new LogLife(paths.get(firstIsNewer ? 0 : 1)).start();
            newer.appendAll("a", "b", "c").stop();

            for (int start = 0; start < 2; start++) {
                FoundDirectories found = FoundDirectories.open(paths, new RealDisk(), path -> open(path, 1));
                LogDirectory counts = found.opened().stream()
                        .filter(directory -> directory.found().contains(LogLife.ID))
                        .reduce((one, two) -> {
                            throw new AssertionError("it is in both");
                        })
                        .orElseThrow();
                assertThat(counts.path()).isEqualTo(newer.root);
                assertThat(found.opened())
                        .allMatch(directory -> directory.lost().isEmpty());
                close(found);
            }
            assertThat(newer.start().valuesFrom(0)).containsExactly("a", "b", "c");
            newer.stop();
            assertThat(older.folder()).doesNotExist();
            try (Stream<Path> left = Files.list(older.root)) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .filteredOn(name -> name.contains("-older."))
                        .hasSize(1);
            }
        }
    }

    @Test
    void whereNobodyCanTellWhichOfTwoFoldersIsNewerTheBrokerVouchesForNothing() throws Exception {
        new LogLife(second).start().appendAll("a", "b").stop();
        LogLife unnoted = new LogLife(first).start().appendAll("a", "b", "c");
        unnoted.directory.abandon();

        for (int start = 0; start < 2; start++) {
            FoundDirectories found = open(first, second);
            assertThat(found.opened().stream()
                            .filter(directory -> directory.found().contains(LogLife.ID)))
                    .hasSize(1)
                    .allMatch(directory -> directory.lost().size() == 1);
            close(found);
        }
    }

    /** Under the same leader all the while: what it has beyond its checkpoint no checkpoint tells. */
    @Test
    void aFolderThatWasBegunLaterAndIsBehindByItsCheckpointIsNotKnownToBeTheOlderOne() throws Exception {
        new LogLife(first).start().appendAll("a", "b").stop();
        LogLife anew = new LogLife(second).start();
        anew.io.advanceMs(1_000);
        anew.appendAll("a").stop();
        anew.start().appendAll("b", "c").directory.abandon();

        FoundDirectories found = open(first, second);

        assertThat(found.opened()).flatExtracting(LogDirectory::found).hasSize(1);
        assertThat(found.opened()).flatExtracting(LogDirectory::lost).hasSize(1);
        close(found);
    }

    /** Its replica may be anywhere by then; what is made anew here is neither mixed with what is left, nor removed with it. */
    @Test
    void aReplicaThatIsMadeAnewWhereOneHadLeftForAMissingDirectoryHasAFolderOfItsOwn() throws Exception {
        LogLife life = new LogLife(first).start();
        life.appendAll("old", "older");
        life.stop();
        close(open(first, second));
        Files.createFile(first.resolve(LogLife.ID.nameWith(MovingReplicas.MOVED)));
        Files.move(second, root.resolve("unmounted"));

        ManualDirectoryIo io = new ManualDirectoryIo();
        FoundDirectories found = FoundDirectories.open(
                List.of(first, second),
                new RealDisk(),
                path -> LogDirectory.open(path, new RealDisk(), LogDirectoryOptions.of(1, "c1"), io));
        LogDirectory directory = found.opened().get(0);
        assertThat(directory.found()).isEmpty();
        PartitionLog anew = directory.create(LogLife.ID, life.config, life.owner, life.tail);
        anew.append(life.batch("new"), AppendOrigin.CLIENT, 0, io.nowMs());
        io.runWriter();
        io.runSyncs();
        anew.close(() -> {});
        io.runWriter();
        io.runSyncs();
        close(found);

        assertThat(first.resolve(LogLife.ID.nameWith(MovingReplicas.MOVED))).doesNotExist();
        life.start();
        assertThat(life.valuesFrom(0)).containsExactly("new");
        life.stop();
    }

    @Test
    void whatCannotBeReadIsLeftOut() throws Exception {
        Files.writeString(second, "no folder");

        FoundDirectories found = open(first, second, third);

        assertThat(paths(found)).containsExactly(first, third);
        assertThat(found.unopened()).singleElement().satisfies(left -> {
            assertThat(left.path()).isEqualTo(second);
            assertThat(left.reason()).contains(second.toString());
            assertThat(left.held()).as("it never was there").isFalse();
        });
        close(found);
    }

    @Test
    void theFirstOneMustBeThere() throws Exception {
        Files.writeString(first, "no folder");

        assertThatThrownBy(() -> open(first, second)).isInstanceOf(LogDirectoryException.class);
        assertThat(second).doesNotExist();
    }

    @Test
    void whatSomebodyGotWrongIsRefusedAndNothingStaysOpen() throws Exception {
        open(second, 2).close();
        assertThatThrownBy(() -> open(first, second)).hasMessageContaining("belongs to node 2");

        LogDirectory inUse = open(third, 1);
        assertThatThrownBy(() -> open(first, third)).hasMessageContaining("in use by another process");
        inUse.close();

        close(open(first, third));
    }

    @Test
    void anEmptyFolderInThePlaceOfAKnownOneIsADiskThatIsNotMounted() throws Exception {
        FoundDirectories before = open(first, second);
        List<String> ids = before.opened().stream()
                .map(directory -> directory.directoryId().toString())
                .toList();
        close(before);
        Files.move(second, third);
        Files.createDirectory(second);

        for (int start = 0; start < 2; start++) {
            FoundDirectories without = open(first, second);
            assertThat(paths(without)).containsExactly(first);
            assertThat(without.unopened()).singleElement().satisfies(left -> {
                assertThat(left.held()).isTrue();
                assertThat(left.reason())
                        .contains(ids.get(1))
                        .contains(first.resolve("directories").toString());
            });
            assertThat(second).as("is not touched").isEmptyDirectory();
            close(without);
        }
        Files.delete(second);
        Files.move(third, second);

        FoundDirectories again = open(first, second);

        assertThat(again.unopened()).isEmpty();
        assertThat(again.opened().stream()
                        .map(directory -> directory.directoryId().toString()))
                .isEqualTo(ids);
        close(again);
    }

    @Test
    void whoGivesUpWhatWasThereTakesItsLineOut() throws Exception {
        close(open(first, second));
        Files.move(second, third);
        Path known = first.resolve("directories");
        Files.writeString(known, "version=1\n");

        FoundDirectories found = open(first, second);

        assertThat(paths(found)).containsExactly(first, second);
        assertThat(Files.readString(known))
                .isEqualTo("version=1\n" + found.opened().get(1).directoryId() + "=" + second + "\n");
        close(found);
    }

    @Test
    void aKnownDirectoryOfANewerBuildIsRefusedAndNotTakenForLost() throws Exception {
        close(open(first, second));
        Path meta = second.resolve(MetaProperties.NAME);
        String before = Files.readString(meta);
        Files.writeString(meta, before.replace("version=1", "version=2"));

        assertThatThrownBy(() -> open(first, second))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining(second + " is a newer build's")
                .hasMessageContaining("use the build that wrote it");

        Files.writeString(meta, before);
        FoundDirectories found = open(first, second);
        assertThat(found.unopened()).isEmpty();
        close(found);
    }

    @Test
    void whatIsWrongWithAKnownDirectoryIsSaid() throws Exception {
        close(open(first, second));
        Files.writeString(second.resolve(MetaProperties.NAME), "version=1\nnode.id=1\n");

        FoundDirectories found = open(first, second);

        assertThat(found.unopened()).singleElement().satisfies(left -> {
            assertThat(left.held()).isTrue();
            assertThat(left.reason()).contains("directory.id is missing");
        });
        close(found);
    }

    /** A disk that is full is one that can be read; left out it would count as lost. */
    @Test
    void aFullDirectoryIsThere() throws Exception {
        close(open(first, second));
        FaultyDisk full = new FaultyDisk();
        full.freeBytes(0);

        for (int start = 0; start < 2; start++) {
            FoundDirectories found = openWith(full);

            assertThat(found.unopened()).isEmpty();
            assertThat(found.opened().get(1).cleanShutdown()).isTrue();
            close(found);
        }
    }

    private FoundDirectories openWith(FaultyDisk ofTheSecond) throws LogDirectoryException {
        return FoundDirectories.open(
                List.of(first, second),
                new RealDisk(),
                path -> LogDirectory.open(
                        path,
                        path.equals(second) ? ofTheSecond : new RealDisk(),
                        LogDirectoryOptions.of(1, "c1"),
                        new ManualDirectoryIo()));
    }

    /** Records that were deleted before the move would come back. */
    @Test
    void whereALogBeginsIsKeptInTheOldDirectoryWhileTheNewOneIsTooFullToNoteIt() throws Exception {
        LogLife life = new LogLife(first).start();
        life.appendAll("old", "kept");
        life.log.advanceLogStart(1);
        life.run();
        life.stop();
        close(open(first, second));
        Path old = first.resolve(LogLife.ID.folderName());
        Path mark = Files.createFile(first.resolve(LogLife.ID.nameWith(MovingReplicas.MOVED)));
        Path arrived = Files.createDirectory(second.resolve(LogLife.ID.folderName()));
        try (Stream<Path> files = Files.list(old)) {
            for (Path file : files.toList()) Files.copy(file, arrived.resolve(file.getFileName()));
        }
        FaultyDisk disk = new FaultyDisk();
        disk.freeBytes(0);

        FoundDirectories found = openWith(disk);
        assertThat(found.opened().get(0).found()).isEmpty();
        assertThat(found.opened().get(1).found()).containsExactly(LogLife.ID);
        assertThat(mark).exists();
        assertThat(old).exists();
        close(found);
        disk.enoughSpace();
        close(openWith(disk));

        life = new LogLife(second).start();
        assertThat(life.log.logStartOffset()).isEqualTo(1);
        assertThat(life.valuesFrom(1)).containsExactly("kept");
        life.stop();
    }

    /** Appended to what is left there, the two would be one log. */
    @Test
    void aReplicaIsNotMadeAnewWhereWhatIsLeftOfTheOldOneCannotBeSetAside() throws Exception {
        LogLife life = new LogLife(first).start();
        life.appendAll("old");
        life.stop();
        close(open(first, second));
        Files.createFile(first.resolve(LogLife.ID.nameWith(MovingReplicas.MOVED)));
        Files.move(second, root.resolve("unmounted"));
        FaultyDisk disk = new FaultyDisk();
        ManualDirectoryIo io = new ManualDirectoryIo();
        FoundDirectories found = FoundDirectories.open(
                List.of(first, second),
                new RealDisk(),
                path -> LogDirectory.open(path, disk, LogDirectoryOptions.of(1, "c1"), io));
        disk.failRenames(true);

        PartitionLog anew = found.opened().get(0).create(LogLife.ID, life.config, life.owner, life.tail);
        anew.append(life.batch("new"), AppendOrigin.CLIENT, 0, io.nowMs());
        io.runWriter();
        disk.failRenames(false);
        io.runWriter();
        io.runSyncs();

        assertThat(found.opened().get(0).offlineReason())
                .get()
                .asString()
                .contains("what has moved away of orders-0 cannot be set aside");
        close(found);
        life.start();
        assertThat(life.valuesFrom(0)).doesNotContain("new");
        life.stop();
    }

    @Test
    void directoriesMayChangePlaces() throws Exception {
        close(open(first, second, third));
        Path aside = Files.move(second, root.resolve("aside"));
        Files.move(third, second);
        Files.move(aside, third);

        FoundDirectories found = open(first, second, third);

        assertThat(paths(found)).containsExactly(first, second, third);
        close(found);
    }

    @Test
    void aDirectoryThatIsNotConfiguredAnyMoreIsForgotten() throws Exception {
        close(open(first, second, third));
        FoundDirectories found = open(first, third);

        assertThat(found.unopened()).isEmpty();
        assertThat(Files.readString(first.resolve("directories")))
                .contains(third.toString())
                .doesNotContain(second.toString());
        close(found);
    }
}
