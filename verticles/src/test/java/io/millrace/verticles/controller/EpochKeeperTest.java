package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.RegisterBroker;
import io.millrace.verticles.controller.BrokerEpochFile.Kept;
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

        assertThat(EpochKeeper.believed(List.of(file.read()), "boot 1 /data", false))
                .isEqualTo(42);
    }

    /** The process that finds the machine rebooted may be killed before it has registered anew. */
    @Test
    void anEpochOfALostPageCacheIsNotBelievedByTheSecondProcessAfterTheLossEither() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), "boot 2 /data", false))
                .isEqualTo(-1);
        assertThat(EpochKeeper.believed(List.of(file.read()), "boot 2 /data", false))
                .isEqualTo(-1);
    }

    @Test
    void anEpochIsBelievedAfterAStopInOrderWhateverCacheThereIsNow() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(List.of(file.read()), "boot 2 /data", true))
                .isEqualTo(42);
    }

    @Test
    void whatIsNotOfThisVersionIsNothing() throws Exception {
        Files.writeString(folder.resolve("broker.epoch"), "version=1 epoch=42\n");

        assertThat(new BrokerEpochFile(folder).read()).isEqualTo(Kept.NOTHING);
    }

    @Test
    void b13aDirectoryThatWasPutBackFromAnOlderCopyMakesTheBrokerOneOfAnEarlierLife() {
        Kept first = new Kept(42, "boot 1");

        assertThat(EpochKeeper.believed(List.of(first, new Kept(30, "boot 1")), "boot 1", true))
                .isEqualTo(30);
        assertThat(EpochKeeper.believed(List.of(first, new Kept(30, "boot 1")), "boot 2", false))
                .isEqualTo(30);
        assertThat(EpochKeeper.believed(List.of(first, Kept.NOTHING), "boot 1", false))
                .as("a new directory, or one of a build that kept none")
                .isEqualTo(42);
    }

    @Test
    void b13whoMissesFilesThatWereSyncedVouchesForNothing() {
        new BrokerEpochFile(folder).write(new Kept(42, "boot 1"));

        assertThat(new EpochKeeper(null, List.of(folder), "boot 1", false, List.of()).shown())
                .isEqualTo(42);
        assertThat(new EpochKeeper(null, List.of(folder), "boot 1", false, List.of("a-0: its folder is gone")).shown())
                .isEqualTo(RegisterBroker.LOST_FILES);
    }

    /** The first directory is written last: it is behind when the process died in between, or is itself an older copy. */
    @Test
    void whatTheFirstDirectoryDoesNotKnowYetIsNotClaimed() {
        Kept first = new Kept(42, "boot 1");

        assertThat(EpochKeeper.believed(List.of(first, new Kept(50, "boot 1")), "boot 1", false))
                .isEqualTo(42);
    }
}
