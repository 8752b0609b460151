package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.quorum.FormationException;
import io.millrace.verticles.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that lives, dies, and is put back from a copy. Thread: the test's. */
@Timeout(30)
class OldCopyWatchTest {
    private static final UUID DIRECTORY = new UUID(7, 7);
    private static final List<UUID> HERE = List.of(DIRECTORY, new UUID(7, 8));

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private boolean votes = true;

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private OldCopyWatch life(int number) {
        OldCopyWatch watch = new OldCopyWatch(vertx, List.of(folder), DIRECTORY, incarnation(number));
        watch.provenEnd(false);
        await(watch.begin(false, () -> votes));
        return watch;
    }

    private static UUID incarnation(int life) {
        return new UUID(1, life);
    }

    /** A life whose own registration is read back, and noted. */
    private OldCopyWatch wholeLife(int number, long offset) throws Exception {
        OldCopyWatch watch = life(number);
        watch.registered(offset, incarnation(number), HERE);
        BrokerLivesFile file = new BrokerLivesFile(folder);
        while (file.read().orElseThrow().applied() != offset) {
            Thread.onSpinWait();
        }
        return watch;
    }

    private static String refusal(OldCopyWatch watch) {
        FormationException why = watch.refused().toCompletableFuture().getNow(null);
        return why == null ? null : why.getMessage();
    }

    private String copy() throws Exception {
        return Files.readString(folder.resolve(BrokerLivesFile.NAME));
    }

    private void putBack(String copy) throws Exception {
        Files.writeString(folder.resolve(BrokerLivesFile.NAME), copy);
    }

    @Test
    void b13aVoterThatWasPutBackFromAnOlderCopyIsRefusedAtEveryStart() throws Exception {
        wholeLife(1, 10);
        String copy = copy();
        wholeLife(2, 20);

        putBack(copy);
        for (int number = 3; number < 5; number++) {
            OldCopyWatch restored = life(number);
            restored.registered(10, incarnation(1), HERE);
            assertThat(refusal(restored)).isNull();
            restored.registered(20, incarnation(2), HERE);
            assertThat(refusal(restored)).contains("is an older copy").contains("must not vote");
        }
    }

    @Test
    void whoIsNoVoterIsNotRefused() throws Exception {
        votes = false;
        wholeLife(1, 10);
        String copy = copy();
        wholeLife(2, 20);
        putBack(copy);

        OldCopyWatch restored = life(3);
        restored.registered(20, incarnation(2), HERE);

        assertThat(refusal(restored)).isNull();
    }

    @Test
    void aProcessThatDiesBeforeItReadsItsOwnRegistrationLeavesNoDoubt() throws Exception {
        wholeLife(1, 10);
        life(2);
        life(3);

        OldCopyWatch fourth = life(4);
        fourth.registered(20, incarnation(2), HERE);
        fourth.registered(30, incarnation(3), HERE);
        fourth.registered(40, incarnation(4), HERE);

        assertThat(refusal(fourth)).isNull();
    }

    /** A build that notes nothing keeps the epoch of its registration all the same. */
    @Test
    void whoWentBackToTheBuildBeforeForAWhileHasNoOlderCopy() throws Exception {
        wholeLife(1, 10);
        new BrokerEpochFile(folder).write(new BrokerEpochFile.Kept(20, "cache"));

        OldCopyWatch again = life(3);
        again.registered(20, incarnation(2), HERE);

        assertThat(refusal(again)).isNull();
    }

    /** The disk of the voter stood aside while its node served with an empty one, and is back. */
    @Test
    void aSoundDiskThatIsPutBackAfterAnotherOneServedIsNoOlderCopy() throws Exception {
        wholeLife(1, 10);

        OldCopyWatch back = life(2);
        back.registered(20, new UUID(99, 99), List.of(new UUID(8, 8)));

        assertThat(refusal(back)).isNull();
    }

    @Test
    void aFolderOfABuildThatNotedNothingIsTakenAsItIs() throws Exception {
        OldCopyWatch first = life(1);

        first.registered(10, new UUID(50, 50), HERE);

        assertThat(refusal(first)).isNull();
    }

    @Test
    void whoDecidesAloneWritesNothingAndIsMeasuredByTheEpochOfItsBroker() {
        OldCopyWatch alone = new OldCopyWatch(vertx, List.of(folder), DIRECTORY, incarnation(1));
        assertThat(alone.provenEnd(true)).isZero();
        await(alone.begin(true, () -> true));
        assertThat(folder.resolve(BrokerLivesFile.NAME)).doesNotExist();

        new BrokerEpochFile(folder).write(new BrokerEpochFile.Kept(41, "cache"));

        assertThat(alone.provenEnd(true)).isEqualTo(42);
        assertThat(alone.provenEnd(false)).isZero();
    }

    @Test
    void theMetadataOfAVoterReachesAsFarAsTheLastRegistrationThatItHasHad() throws Exception {
        wholeLife(1, 10);

        assertThat(new OldCopyWatch(vertx, List.of(folder), DIRECTORY, incarnation(2)).provenEnd(false))
                .isEqualTo(11);
    }

    @Test
    void aFileOfANewerBuildIsNamedAndLeftAlone() throws Exception {
        putBack("version=2\napplied=10\n");

        assertThatThrownBy(() -> life(1))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("use the build that wrote it");
        assertThat(copy()).isEqualTo("version=2\napplied=10\n");
    }

    @Test
    void aDamagedFileIsRefusedInOneLineForAPerson() throws Exception {
        putBack("version=1\napplied=10\nvoter=true\nlives=0c4ba213/1bb\n");

        assertThatThrownBy(() -> life(1))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("broker.lives is damaged");
        putBack("version=1\n\0pplied=10\nvoter=true\nlives=\n");
        assertThatThrownBy(() -> life(1)).isInstanceOf(ConfigException.class).hasMessageContaining("is damaged");
    }
}
