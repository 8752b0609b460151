package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import io.millrace.sim.StepKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A quorum of one on the real log directory: restarts, crashes at every step, damage, a full disk. */
class QuorumOnDiskTest {
    private final SimDisk disk = new SimDisk(new Random(3));
    private final QuorumLife life = new QuorumLife(disk);

    @Test
    void whatWasCommittedIsThereAfterACleanStop() throws Throwable {
        life.start().propose("a", "b", "c");
        assertThat(life.acknowledged).containsExactly("a", "b", "c");
        int epoch = life.node.leaderEpoch();

        life.stop();
        life.start();

        assertThat(life.state).containsExactly("a", "b", "c");
        assertThat(life.active()).isTrue();
        assertThat(life.node.leaderEpoch()).isEqualTo(epoch + 1);
        assertThat(life.node.leaderId()).hasValue(1);
    }

    @Test
    void whatWasAcknowledgedSurvivesALossOfPower() throws Throwable {
        life.start().propose("a", "b");
        life.die();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        life.start();

        assertThat(life.state).containsExactly("a", "b");
    }

    @Test
    void q5NothingIsAnsweredOrAppliedBeforeItIsSynced() throws Throwable {
        life.start();
        disk.beforeStep(step -> {
            assertThat(life.acknowledged).isEmpty();
            assertThat(life.state).isEmpty();
        });

        life.propose("a");
        disk.beforeStep(step -> {});

        assertThat(life.acknowledged).containsExactly("a");
    }

    @Test
    void aSnapshotTakesThePlaceOfTheLogBelowTheOneBeforeIt() throws Throwable {
        life.snapshotBytes = 20;
        life.start();
        for (int i = 0; i < 30; i++) {
            life.propose("value " + i);
        }
        assertThat(snapshots()).hasSize(2);
        List<String> before = List.copyOf(life.state);
        life.stop();

        life.start();

        assertThat(life.state).isEqualTo(before);
        assertThat(life.snapshotState).hasSizeGreaterThan(20);
    }

    @Test
    void aDamagedSnapshotIsReplacedByTheOneBeforeAndTheLog() throws Throwable {
        life.snapshotBytes = 20;
        life.start();
        for (int i = 0; i < 30; i++) {
            life.propose("value " + i);
        }
        List<String> before = List.copyOf(life.state);
        life.stop();
        new LogCorrupter(disk).flipBit(snapshots().get(1), 30, 1);

        life.start();

        assertThat(life.state).isEqualTo(before);
    }

    @Test
    void withoutAnySoundSnapshotATrimmedLogIsRefused() throws Throwable {
        life.snapshotBytes = 20;
        life.start();
        for (int i = 0; i < 30; i++) {
            life.propose("value " + i);
        }
        life.stop();
        for (Path snapshot : snapshots()) {
            new LogCorrupter(disk).flipBit(snapshot, 30, 1);
        }

        assertThatThrownBy(life::start)
                .isInstanceOf(FormationException.class)
                .hasMessageContaining("no sound snapshot reaches it");
    }

    @Test
    void promisesOlderThanTheLogAreRefused() throws Throwable {
        life.start().propose("a");
        byte[] old = new LogCorrupter(disk).content(life.folder().resolve(QuorumStateFile.NAME));
        life.stop();
        life.start().propose("b");
        life.stop();
        Path file = life.folder().resolve(QuorumStateFile.NAME);
        new LogCorrupter(disk).truncateTo(file, 0);
        new LogCorrupter(disk).append(file, old);

        assertThatThrownBy(life::start)
                .isInstanceOf(FormationException.class)
                .hasMessageContaining("older than the log");
    }

    @Test
    void aFullDiskDelaysAProposalAndLosesNone() throws Throwable {
        life.start().propose("before");
        disk.faults().capacity(0);
        life.propose("while full");
        assertThat(life.acknowledged).containsExactly("before");
        life.runAlarms().runAlarms();
        assertThat(life.acknowledged).containsExactly("before");
        assertThat(life.halts).isEmpty();

        disk.faults().capacity(Long.MAX_VALUE);
        for (int i = 0; i < 5; i++) {
            life.runAlarms();
        }

        assertThat(life.acknowledged).containsExactly("before", "while full");
    }

    /** The log of the node lies on the same disk, as a rule. */
    @Test
    void aFullDiskIsToldOnceAndNotWithEachTry() throws Throwable {
        life.start();
        Logger logger = (Logger) LoggerFactory.getLogger(LogQuorumStore.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(told);
        try {
            for (int full = 1; full <= 2; full++) {
                disk.faults().capacity(0);
                life.propose("while full " + full);
                for (int i = 0; i < 10; i++) {
                    life.runAlarms();
                }

                assertThat(told.list).as("times that the disk was full").hasSize(full);
                disk.faults().capacity(Long.MAX_VALUE);
                for (int i = 0; i < 5; i++) {
                    life.runAlarms();
                }
            }
        } finally {
            logger.detachAppender(told);
            logger.setLevel(null);
        }
        assertThat(life.acknowledged).containsExactly("while full 1", "while full 2");
    }

    @Test
    void q8AFailedSyncHaltsTheNodeAndAnswersNothing() throws Throwable {
        life.start();
        disk.faults().failAlways(StepKind.SYNC);

        life.propose("a");
        life.runAlarms();

        assertThat(life.halts).hasSize(1);
        assertThat(life.acknowledged).isEmpty();
    }

    @Test
    void aPowerLossAtAnyStepLosesNothingThatWasAcknowledged() throws Throwable {
        enumerate(PowerLoss.DROPS_UNSYNCED, 1);
    }

    @Test
    void theCanaryDiskThatSyncsNothingIsCaught() throws Throwable {
        life.start();
        disk.faults().syncsDoNothing();
        life.propose("a");
        assertThat(life.acknowledged).containsExactly("a");
        life.die();
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);
        disk.faults().heal();

        life.start();

        assertThat(life.state).as("the enumeration above would have noticed").doesNotContain("a");
    }

    @Tag("full")
    @Test
    void aPowerLossWithTornFilesAtAnyStepLosesNothingThatWasAcknowledged() throws Throwable {
        for (int seed = 1; seed <= 10; seed++) {
            enumerate(PowerLoss.SEEDED, seed);
        }
    }

    private static void enumerate(PowerLoss loss, int seed) throws Throwable {
        SimDisk counted = new SimDisk(new Random(seed));
        scriptedLife(new QuorumLife(counted));
        long steps = counted.steps();
        assertThat(steps).isGreaterThan(60);
        for (long step = 1; step <= steps; step++) {
            SimDisk crashing = new SimDisk(new Random(seed * 1_000L + step));
            QuorumLife life = new QuorumLife(crashing);
            crashing.stopAt(step);
            try {
                scriptedLife(life);
            } catch (LifeStopped crash) {
                life.die();
            }
            List<String> acknowledged = List.copyOf(life.acknowledged);
            crashing.afterPowerLoss(loss);

            life.snapshotBytes = 40;
            life.start();

            assertThat(life.active()).as("step %d of %d, %s", step, steps, loss).isTrue();
            assertThat(life.state.subList(0, Math.min(life.state.size(), acknowledged.size())))
                    .as("step %d of %d, %s", step, steps, loss)
                    .isEqualTo(acknowledged);
            life.propose("after");
            assertThat(life.acknowledged).endsWith("after");
        }
    }

    /** Forms, commits, takes snapshots, stops, starts again, commits more. */
    private static void scriptedLife(QuorumLife life) throws Throwable {
        life.snapshotBytes = 40;
        life.start();
        for (int i = 0; i < 12; i++) {
            life.propose("value " + i);
        }
        life.stop();
        life.start().propose("second life");
    }

    private List<Path> snapshots() throws Exception {
        return disk.list(life.folder()).stream()
                .filter(file -> file.toString().endsWith(SnapshotFile.SUFFIX))
                .toList();
    }

    /** A vote that was given for a promise of before the loss would be given twice. */
    @Test
    void aPromiseThatIsBelievedSurvivesALossOfPower() throws Throwable {
        life.start();
        int epoch = life.node.leaderEpoch();
        life.stop();
        String temporary = QuorumStateFile.NAME + ".tmp";
        boolean[] renamed = new boolean[1];
        dieWhere(step -> {
            renamed[0] |= step.startsWith("RENAME") && step.contains(temporary);
            return renamed[0] && step.startsWith("SYNC_DIRECTORY");
        });
        disk.afterProcessCrash();
        assertThat(promisedEpoch()).isEqualTo(epoch + 1);

        dieWhere(step -> step.contains(temporary));
        disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED);

        assertThat(promisedEpoch()).isEqualTo(epoch + 1);
    }

    /** The next process, up to before the first step of this kind. */
    private void dieWhere(Predicate<String> last) {
        disk.onStep(step -> {
            if (last.test(step)) {
                disk.stopAt(disk.steps());
            }
        });
        assertThatThrownBy(life::start).isInstanceOf(LifeStopped.class);
        life.die();
        disk.onStep(step -> {});
    }

    private int promisedEpoch() throws Exception {
        return new QuorumStateFile(disk, life.folder())
                .read()
                .orElseThrow()
                .election()
                .epoch();
    }

    @Test
    void metadataThatIsOlderThanWhatTheNodeHasHadIsNotGoneOnWith() throws Throwable {
        life.start().propose("a", "b", "c");
        long end = life.node.highWatermark();
        life.stop();

        life.provenEnd = end;
        life.start().stop();
        life.provenEnd = end + 10;

        assertThatThrownBy(life::start)
                .isInstanceOf(FormationException.class)
                .hasMessageContaining("it was lost or is an older copy")
                .hasMessageContaining("up to " + (end + 10));
    }
}
