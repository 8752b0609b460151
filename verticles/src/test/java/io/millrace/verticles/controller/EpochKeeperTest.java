package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.controller.BrokerEpochFile.Kept;
import java.nio.file.Files;
import java.nio.file.Path;
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

        assertThat(EpochKeeper.believed(file.read(), "boot 1 /data", false)).isEqualTo(42);
    }

    /** The process that finds the machine rebooted may be killed before it has registered anew. */
    @Test
    void anEpochOfALostPageCacheIsNotBelievedByTheSecondProcessAfterTheLossEither() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(file.read(), "boot 2 /data", false)).isEqualTo(-1);
        assertThat(EpochKeeper.believed(file.read(), "boot 2 /data", false)).isEqualTo(-1);
    }

    @Test
    void anEpochIsBelievedAfterAStopInOrderWhateverCacheThereIsNow() {
        BrokerEpochFile file = new BrokerEpochFile(folder);
        file.write(new Kept(42, "boot 1 /data"));

        assertThat(EpochKeeper.believed(file.read(), "boot 2 /data", true)).isEqualTo(42);
    }

    @Test
    void whatIsNotOfThisVersionIsNothing() throws Exception {
        Files.writeString(folder.resolve("broker.epoch"), "version=1 epoch=42\n");

        assertThat(new BrokerEpochFile(folder).read()).isEqualTo(Kept.NOTHING);
    }
}
