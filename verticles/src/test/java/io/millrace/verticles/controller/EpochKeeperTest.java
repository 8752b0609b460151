package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.RegisterBroker;
import io.millrace.verticles.controller.BrokerEpochFile.Kept;
import io.millrace.verticles.controller.PageCaches.Behind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thread: the test's. */
class EpochKeeperTest {
    @TempDir
    Path folder;

    @Test
    void anEpochIsBelievedWhileItsPageCacheLives() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 1 /data", "")))
                .isEqualTo(42);
    }

    /** The process that finds the machine rebooted may be killed before it has registered anew. */
    @Test
    void anEpochOfALostPageCacheIsNotBelievedByTheSecondProcessAfterTheLossEither() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 2 /data", "")))
                .isEqualTo(-1);
        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 2 /data", "")))
                .isEqualTo(-1);
    }

    @Test
    void anEpochIsBelievedAfterAStopInOrderWhateverCacheThereIsNow() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 2 /data", "boot 1 /data")))
                .isEqualTo(42);
    }

    /** After a loss of power a process may wait for the others, and be stopped in order before it has registered. */
    @Test
    void b13aStopInOrderOfAProcessThatFoundThePageCacheGoneVouchesForNothing() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 2 /data", "boot 2 /data")))
                .isEqualTo(-1);
        assertThat(EpochKeeper.believed(List.of(file.read()), caches("boot 3 /data", "boot 2 /data")))
                .isEqualTo(-1);
    }

    @Test
    void whatWasLeftInOrderIsBelievedThroughStartsThatCameToNothing() {
        new BrokerEpochFile(folder).write(new Kept(42, "boot 1"));

        for (int boot = 2; boot <= 4; boot++) {
            String before = "boot " + (boot - 1);
            assertThat(new EpochKeeper(null, List.of(folder), caches("boot " + boot, before), List.of()).shown())
                    .isEqualTo(42);
        }
        assertThat(new EpochKeeper(null, List.of(folder), caches("boot 5", ""), List.of()).shown())
                .as("the last one lost its page cache")
                .isEqualTo(-1);
    }

    /** A directory that is gone is the controller's affair: the others have what they had. */
    @Test
    void eachDirectoryThatIsThereVouchesForItself() {
        Behind here = new Behind("boot 1 /a", "", false);
        Behind stopped = new Behind("boot 2 /b", "boot 1 /b", false);
        Behind fresh = new Behind("boot 2 /c", "", true);

        assertThat(new PageCaches(List.of(here, stopped, fresh)).haveAllOf("boot 1 /a + boot 1 /b + boot 1 /gone"))
                .isTrue();
        assertThat(new PageCaches(List.of(here, stopped)).haveAllOf("boot 1 /a + boot 0 /b"))
                .isFalse();
        assertThat(new PageCaches(List.of(here)).haveAllOf("boot 1 /ab")).isFalse();
    }

    private static PageCaches caches(String now, String cleanUnder) {
        return new PageCaches(List.of(new Behind(now, cleanUnder, false)));
    }

    @Test
    void whatIsNotOfThisVersionIsNothing() throws Exception {
        Files.writeString(folder.resolve("broker.epoch"), "version=1 epoch=42\n");

        assertThat(new BrokerEpochFile(folder).read()).isEqualTo(Kept.NOTHING);
    }

    /** Not that life's epoch: when it was the last one that served, the controller would believe it. */
    @Test
    void b13aDirectoryThatWasPutBackFromAnOlderCopyVouchesForNoLifeAtAll() {
        Kept first = new Kept(42, "boot 1");

        assertThat(EpochKeeper.believed(List.of(first, new Kept(30, "boot 1")), caches("boot 1", "boot 1")))
                .isEqualTo(RegisterBroker.LOST_FILES);
        assertThat(EpochKeeper.believed(List.of(first, new Kept(30, "boot 1")), caches("boot 2", "")))
                .isEqualTo(RegisterBroker.LOST_FILES);
        assertThat(EpochKeeper.believed(List.of(first, Kept.NOTHING), caches("boot 1", "")))
                .as("a new directory, or one of a build that kept none")
                .isEqualTo(42);
    }

    @Test
    void b13whoMissesFilesThatWereSyncedVouchesForNothing() {
        new BrokerEpochFile(folder).write(new Kept(42, "boot 1"));

        assertThat(new EpochKeeper(null, List.of(folder), caches("boot 1", ""), List.of()).shown())
                .isEqualTo(42);
        assertThat(new EpochKeeper(null, List.of(folder), caches("boot 1", ""), List.of("a-0: its folder is gone"))
                        .shown())
                .isEqualTo(RegisterBroker.LOST_FILES);
    }

    /** On a full disk there is no room for a second file; an old epoch would be taken for an older copy at the next start. */
    @Test
    void b13aDirectoryWithoutRoomForAnotherFileIsOfThisLifeAllTheSame() throws Exception {
        new BrokerEpochFile(folder).write(new Kept(12345678, "boot 1"));
        Files.createDirectories(folder.resolve("broker.epoch.tmp").resolve("no file can be made"));

        new BrokerEpochFile(folder).write(new Kept(42, "boot 1"));
        assertThat(new BrokerEpochFile(folder).read()).isEqualTo(new Kept(42, "boot 1"));
        new BrokerEpochFile(folder).write(new Kept(123456789, "boot 2"));

        assertThat(new BrokerEpochFile(folder).read()).isEqualTo(new Kept(123456789, "boot 2"));
    }

    /** The first directory is written last: it is behind when the process died in between, or is itself an older copy. */
    @Test
    void whatTheFirstDirectoryDoesNotKnowYetIsNotClaimed() {
        Kept first = new Kept(42, "boot 1");

        assertThat(EpochKeeper.believed(List.of(first, new Kept(50, "boot 1")), caches("boot 1", "")))
                .isEqualTo(42);
    }
}
