package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.DiskLockedException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the simulated disk keeps, loses and refuses. */
class SimDiskTest {
    private static final Path DIR = Path.of("/data");
    private static final Path FILE = DIR.resolve("a");
    private static final Path OTHER = DIR.resolve("b");

    private SimDisk disk = new SimDisk(new Random(1));

    @BeforeEach
    void durableFolder() throws IOException {
        disk.createDirectories(DIR);
        disk.syncDirectory(Path.of("/"));
    }

    @Test
    void aProcessCrashLosesNothing() throws IOException {
        write(FILE, "hello");

        disk.afterProcessCrash();

        assertThat(read(FILE)).isEqualTo("hello");
    }

    @Test
    void powerLossDropsWhatWasNotSynced() throws IOException {
        DiskFile file = write(FILE, "synced");
        file.sync();
        disk.syncDirectory(DIR);
        file.writeFully(bytes("lost"), 6);

        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(read(FILE)).isEqualTo("synced");
    }

    @Test
    void aFileWhoseNameWasNeverSyncedIsLostWithThePower() throws IOException {
        write(FILE, "synced").sync();

        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void anUnsyncedRenameIsUndoneByPowerLoss() throws IOException {
        write(FILE, "content").sync();
        disk.syncDirectory(DIR);
        disk.rename(FILE, OTHER);

        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(disk.exists(OTHER)).isFalse();
        assertThat(read(FILE)).isEqualTo("content");
    }

    @Test
    void anUnsyncedDeletionIsUndoneByPowerLoss() throws IOException {
        write(FILE, "content").sync();
        disk.syncDirectory(DIR);
        disk.delete(FILE);

        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(read(FILE)).isEqualTo("content");
    }

    @Test
    void seededPowerLossShowsEveryFateOfAnUnsyncedWrite() throws IOException {
        Set<String> fates = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            disk = new SimDisk(new Random(seed));
            durableFolder();
            DiskFile file = write(FILE, "-");
            file.sync();
            disk.syncDirectory(DIR);
            file.writeFully(bytes("abcd"), 1);
            disk.afterPowerLoss(PowerLoss.SEEDED);
            fates.add(read(FILE));
        }

        assertThat(fates).contains("-", "-a", "-ab", "-abc", "-abcd");
    }

    @Test
    void aFailedSyncLosesItsPagesEvenIfALaterOneSucceeds() throws IOException {
        DiskFile file = write(FILE, "-");
        file.sync();
        disk.syncDirectory(DIR);
        file.writeFully(bytes("x"), 1);
        disk.faults().failNext(StepKind.SYNC, "a");

        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        file.sync();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(read(FILE)).isEqualTo("-");
    }

    @Test
    void aFullDiskTakesWhatFitsAndRefusesTheRest() throws IOException {
        disk.faults().capacity(7);
        DiskFile file = write(FILE, "12345");

        assertThatThrownBy(() -> file.writeFully(bytes("6789"), 5)).isInstanceOf(DiskFullException.class);
        assertThat(read(FILE)).isEqualTo("1234567");
        assertThat(disk.usableBytes(DIR)).isZero();

        disk.faults().heal();
        file.writeFully(bytes("6789"), 5);
        assertThat(read(FILE)).isEqualTo("123456789");
    }

    @Test
    void aShortWriteLeavesAPrefix() throws IOException {
        DiskFile file = write(FILE, "");
        disk.faults().shortWriteNext("a");

        assertThatThrownBy(() -> file.writeFully(bytes("abcdef"), 0))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DiskFullException.class);
        assertThat("abcdef").startsWith(read(FILE));
    }

    @Test
    void theLifeEndsAtTheStepAndNoHandleOfItWorksAgain() throws IOException {
        DiskFile file = write(FILE, "before");
        file.sync();
        disk.stopAt(disk.steps() + 1);

        assertThatThrownBy(file::sync).isInstanceOf(LifeStopped.class);
        assertThat(disk.stopped()).isTrue();
        assertThatThrownBy(() -> disk.delete(FILE)).isInstanceOf(LifeStopped.class);
        disk.afterProcessCrash();

        assertThat(read(FILE)).isEqualTo("before");
        assertThatThrownBy(file::size).isInstanceOf(LifeStopped.class);
    }

    @Test
    void aWriteInWhichTheProcessDiesMayHappenInPart() throws IOException {
        Set<String> fates = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            disk = new SimDisk(new Random(seed));
            durableFolder();
            DiskFile file = write(FILE, "-");
            disk.stopAt(disk.steps() + 1);
            assertThatThrownBy(() -> file.writeFully(bytes("abc"), 1)).isInstanceOf(LifeStopped.class);
            disk.afterProcessCrash();
            fates.add(read(FILE));
        }

        assertThat(fates).containsExactlyInAnyOrder("-", "-a", "-ab", "-abc");
    }

    @Test
    void aLockIsExclusiveAndDiesWithTheProcess() throws IOException {
        disk.lock(DIR.resolve(".lock"));

        assertThatThrownBy(() -> disk.lock(DIR.resolve(".lock"))).isInstanceOf(DiskLockedException.class);
        disk.afterProcessCrash();
        disk.lock(DIR.resolve(".lock")).close();
        disk.lock(DIR.resolve(".lock"));
    }

    @Test
    void theIdentityOfThePageCacheChangesWithThePowerOnly() {
        String before = disk.pageCacheIdentity(DIR);
        disk.afterProcessCrash();
        assertThat(disk.pageCacheIdentity(DIR)).isEqualTo(before);
        disk.afterPowerLoss(PowerLoss.SEEDED);
        assertThat(disk.pageCacheIdentity(DIR)).isNotEqualTo(before);
    }

    @Test
    void corruptionIsSeenByReadersAndSurvivesEverything() throws IOException {
        write(FILE, "AAAA").sync();
        write(OTHER, "BBBB").sync();
        disk.syncDirectory(DIR);
        LogCorrupter corrupter = new LogCorrupter(disk);
        corrupter.flipBit(FILE, 1, 1);
        corrupter.zeroBlock(FILE, 3, 100);
        corrupter.swap(FILE, OTHER);
        corrupter.cutLastBytes(FILE, 1);
        disk.afterPowerLoss(PowerLoss.SEEDED);

        assertThat(read(FILE)).isEqualTo("BBB");
        assertThat(read(OTHER)).isEqualTo("ACA\0");
        corrupter.delete(FILE);
        assertThatThrownBy(() -> disk.open(FILE, OpenMode.READ)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void everyChangingOperationIsANumberedStep() throws IOException {
        long before = disk.steps();
        DiskFile file = write(FILE, "x");
        file.truncate(0);
        file.sync();
        disk.rename(FILE, OTHER);
        disk.syncDirectory(DIR);
        disk.delete(OTHER);

        assertThat(disk.history().subList((int) before, (int) disk.steps()))
                .containsExactly(
                        "CREATE /data/a",
                        "WRITE /data/a",
                        "TRUNCATE /data/a",
                        "SYNC /data/a",
                        "RENAME /data/a",
                        "SYNC_DIRECTORY /data",
                        "DELETE /data/b");
    }

    private DiskFile write(Path path, String text) throws IOException {
        DiskFile file = disk.open(path, OpenMode.CREATE);
        file.writeFully(bytes(text), 0);
        return file;
    }

    private String read(Path path) throws IOException {
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            ByteBuffer dst = ByteBuffer.allocate((int) file.size());
            file.read(dst, 0);
            return new String(dst.array(), StandardCharsets.ISO_8859_1);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
