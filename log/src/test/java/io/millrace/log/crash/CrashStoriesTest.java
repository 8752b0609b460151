package io.millrace.log.crash;

import static io.millrace.log.crash.CrashStory.CHECKPOINT_MS;
import static io.millrace.log.crash.CrashStory.leading;
import static io.millrace.log.crash.CrashStory.produce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.LoadOutcome;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.recovery.CheckpointJournal;
import io.millrace.log.segment.SegmentNames;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import io.millrace.sim.StepKind;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What random lives once found, each told as a short story of its own; those of cuts are {@link CutStoriesTest}.
 *
 * <p>Thread: one.
 */
class CrashStoriesTest {
    private static final long SEED = 1;

    private final CrashStory story = new CrashStory();

    @Test
    void aLogThatNeverHadACheckpointIsCutWhereItIsTornAlsoBeforeItsLastSegment() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 12);
        assertThat(clicks.log().segmentCount()).isGreaterThan(2);
        story.world.crash(CrashKind.PROCESS);
        story.platter.cutLastBytes(story.segment("clicks", 0), 10);
        story.world.crash(CrashKind.POWER_SEEDED);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().writtenEnd()).isPositive();
        assertThat(found.log().segmentCount()).isEqualTo(1);
    }

    @Test
    void aFirstStartThatDiesAnywhereLeavesAJournalThatOutlivesThePower() throws Exception {
        CrashPoints.Script start = scripted -> scripted.startLife().open();
        long last = new CrashPoints(start, SEED).lastStep();
        for (long step = CrashPoints.FIRST_STEP; step <= last; step++) {
            NodeWorld node = new NodeWorld(new Simulation(SEED), "node", AckRule.BY_FLUSH_MODE);
            node.disk().stopAt(step);
            assertThatThrownBy(() -> start.run(node)).isInstanceOf(LifeStopped.class);
            node.crash(CrashKind.PROCESS);
            LogLife life = node.startLife();
            life.open();
            Replica clicks = leading(life, "clicks", false);
            produce(life, clicks, 12);
            Path folder = node.directory().resolve(clicks.log().id().folderName());
            node.crash(CrashKind.PROCESS);
            new LogCorrupter(node.disk()).cutLastBytes(folder.resolve(String.format("%020d.log", 0)), 10);
            node.disk().syncDirectory(folder);
            node.disk().syncDirectory(node.directory());
            node.crash(CrashKind.POWER_DROPS_UNSYNCED);
            LogLife found = node.startLife();
            found.open();

            assertThat(found.replica("clicks").log().segmentCount())
                    .as("cut where it is torn, because nothing was ever checkpointed; first start stopped at " + step)
                    .isEqualTo(1);
        }
    }

    @Test
    void aDeletionThatDiesAnywhereLeavesNothingToBelieveOfTheSuccessor() throws Exception {
        CrashPoints.Script deletion = scripted -> {
            LogLife life = scripted.startLife();
            life.open();
            Replica first = leading(life, "a", true);
            produce(life, first, 4);
            life.pass(CHECKPOINT_MS);
            life.delete(first);
            life.pass(CHECKPOINT_MS);
        };
        long last = new CrashPoints(deletion, SEED).lastStep();
        for (long step = CrashPoints.FIRST_STEP; step <= last; step++) {
            NodeWorld stopped = new NodeWorld(new Simulation(SEED), "node", AckRule.BY_FLUSH_MODE);
            stopped.disk().stopAt(step);
            assertThatThrownBy(() -> deletion.run(stopped)).isInstanceOf(LifeStopped.class);
            stopped.crash(CrashKind.PROCESS);
            LogLife life = stopped.startLife();
            life.open();
            Replica old = life.replica("a");
            if (old != null) {
                life.delete(old);
            }
            produce(life, leading(life, "a", true), 2);
            stopped.crash(CrashKind.PROCESS);

            new AfterTheCrash(stopped, "deletion stopped at step " + step).demand();
        }
    }

    @Seeded(runs = 100)
    void aCheckpointThatIsUnderWayDoesNotSpeakForTheSuccessor(long seed) throws Exception {
        NodeWorld node = new NodeWorld(new Simulation(seed), "node", AckRule.BY_FLUSH_MODE);
        LogLife life = node.startLife();
        life.open();
        Replica first = leading(life, "a", true);
        produce(life, first, 4);
        life.pass(CHECKPOINT_MS - 1_050 + seed);
        first.produce(1);
        life.pass(seed % 3);
        life.delete(first);
        produce(life, leading(life, "a", true), 2);
        node.crash(CrashKind.PROCESS);

        new AfterTheCrash(node, "checkpoint under way").demand();
    }

    @Test
    void aLogStartDoesNotOutliveTheLogThatWasLost() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 6);
        clicks.deleteRecordsBefore(clicks.log().writtenEnd());
        life.pass(100);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        LogLife second = story.opened();
        Replica again = second.replica("clicks");
        again.lead();
        produce(second, again, 2);
        long end = again.log().writtenEnd();
        second.closeCleanly();

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isZero();
        assertThat(found.log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aLogThatFallsBelowItsStartGoesOnAtItsStart() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 1);
        long start = clicks.log().writtenEnd();
        clicks.deleteRecordsBefore(start);
        life.pass(100);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        LogLife second = story.opened();
        Replica again = second.replica("clicks");
        assertThat(again.log().logStartOffset()).isEqualTo(start);
        assertThat(again.log().writtenEnd()).isEqualTo(start);
        again.lead();
        produce(second, again, 3);
        long end = again.log().writtenEnd();
        second.closeCleanly();

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(found.log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aLogOfWhichThePowerLeftOnlyWhatRetentionTookGivesNoOffsetTwice() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 1);
        life.pass(10 * CHECKPOINT_MS);
        Path first = story.segment("clicks", 0);
        while (clicks.log().segmentCount() < 2) {
            produce(life, clicks, 1);
        }
        clicks.deleteRecordsBefore(clicks.log().writtenEnd());
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !story.world.disk().exists(first));
        long start = clicks.log().logStartOffset();
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().writtenEnd()).isEqualTo(start);
    }

    @Test
    void aFolderThatADyingProcessMadeIsSyncedWithTheNextWrite() throws Exception {
        LogLife life = story.opened();
        Replica orders = leading(life, "orders", true);
        story.world.disk().faults().failNext(StepKind.WRITE, ".log");
        orders.produce(1);
        life.await(
                "the directory is offline",
                () -> life.directory().offlineReason().isPresent());
        story.world.crash(CrashKind.PROCESS);
        story.world.disk().faults().heal();
        LogLife second = story.opened();
        second.replica("orders").lead();
        produce(second, second.replica("orders"), 2);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(story.opened().replica("orders").log().writtenEnd()).isPositive();
    }

    @Test
    void theNameOfAFolderIsSyncedWithWhatRecoveryFound() throws Exception {
        LogLife life = story.opened();
        produce(life, leading(life, "clicks", false), 2);
        story.world.crash(CrashKind.PROCESS);
        LogLife second = story.opened();
        second.pass(10 * CHECKPOINT_MS);
        long synced = second.replica("clicks").log().syncedEnd();
        assertThat(synced).isPositive();
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(story.opened().replica("clicks").log().writtenEnd()).isEqualTo(synced);
    }

    /** Taken for a log that starts at its second segment it would have its followers, should it lead, give up the first. */
    @Test
    void aLogWhoseFirstSegmentThePowerTookBeforeItWasSyncedDoesNotStartAtItsSecond() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 12);
        assertThat(clicks.log().segmentCount()).isGreaterThan(2);
        story.world.crash(CrashKind.PROCESS);
        story.platter.delete(story.segment("clicks", 0));
        story.world.crash(CrashKind.POWER_SEEDED);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isZero();
        assertThat(found.log().writtenEnd()).isZero();
    }

    /** The segment that the log starts in and the one before, while the one behind had reached the platter. */
    private void powerTakesTheBeginning(Path holdsTheStart) throws Exception {
        Path behind = story.thirdSegment("clicks");
        story.restore(behind, story.platter.content(behind));
        story.platter.delete(story.segment("clicks", 0));
        story.platter.delete(holdsTheStart);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);
    }

    @Test
    void aLogWhoseCheckpointIsBelowItsStartDoesNotBeginBehindWhatThePowerTook() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 24);
        Path second = story.secondSegment("clicks");
        long start = SegmentNames.baseOffset(second, SegmentNames.LOG) + 1;
        clicks.deleteRecordsBefore(start);
        life.pass(10);
        story.world.crash(CrashKind.PROCESS);
        powerTakesTheBeginning(second);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(found.log().writtenEnd()).isEqualTo(start);
    }

    @Test
    void aCheckpointThatWasWithdrawnVouchesForNoStartThatIsLaterThanIt() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        boolean[] cut = clicks.truncateTo(2);
        life.await("truncation", () -> cut[0]);
        story.world.crash(CrashKind.PROCESS);
        LogLife second = story.opened();
        Replica again = second.replica("clicks");
        again.lead();
        produce(second, again, 24);
        Path holdsTheStart = story.secondSegment("clicks");
        again.deleteRecordsBefore(SegmentNames.baseOffset(holdsTheStart, SegmentNames.LOG) + 1);
        second.pass(10);
        story.world.crash(CrashKind.PROCESS);
        powerTakesTheBeginning(holdsTheStart);

        LogLife third = story.world.startLife();
        third.openDirectory().lossIsKnown();

        assertThat(third.load(again.log().id()))
                .isInstanceOfSatisfying(LoadOutcome.Loaded.class, found -> assertThat(found.startLost())
                        .isTrue());
    }

    /** What waits for its removal tells of what a log has let go of by intent: not of what a later content had. */
    @Test
    void filesOfALogThatWasEmptiedDoNotExcuseABeginningThatThePowerTook() throws Exception {
        LogLife life = story.opened();
        Replica clicks = life.create("clicks", ScriptedLife.PAGE_CACHE.with(Map.of("file.delete.delay.ms", "600000")));
        clicks.lead();
        produce(life, clicks, 24);
        boolean[] anew = clicks.restartAt(0);
        life.await("truncation", () -> anew[0]);
        clicks.lead();
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 24);
        Path holdsTheStart = story.secondSegment("clicks");
        long start = SegmentNames.baseOffset(holdsTheStart, SegmentNames.LOG);
        clicks.deleteRecordsBefore(start);
        life.pass(10);
        story.world.crash(CrashKind.PROCESS);
        powerTakesTheBeginning(holdsTheStart);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(found.log().writtenEnd()).isEqualTo(start);
    }

    @Test
    void removedSegmentsThatComeBackSinglyAreNoPartOfTheLog() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 24);
        life.pass(10 * CHECKPOINT_MS);
        Path second = story.secondSegment("clicks");
        byte[] content = story.platter.content(second);
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !story.world.disk().exists(second));
        long start = clicks.log().logStartOffset();
        story.world.crash(CrashKind.PROCESS);
        story.restore(second, content);

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(story.world.disk().exists(second)).isFalse();
    }

    @Test
    void whatARecoveryHasSetAsideDoesNotComeBackWhereTheLogBeginsLater() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 12);
        story.world.crash(CrashKind.PROCESS);
        Path second = story.secondSegment("clicks");
        long begins = Long.parseLong(second.getFileName().toString().replace(".log", ""));
        Path first = story.segment("clicks", 0);
        story.platter.cutLastBytes(first, 10);
        story.restore(first, story.platter.content(first));
        story.restore(second, story.platter.content(second));
        story.world.disk().syncDirectory(story.world.directory());
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        LogLife next = story.opened();
        Replica cut = next.replica("clicks");
        assertThat(cut.log().writtenEnd()).isLessThan(begins);
        cut.lead();
        produce(next, cut, 12);
        cut.deleteRecordsBefore(begins + 1);
        next.pass(10);

        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(story.opened().replica("clicks").log().writtenEnd()).isEqualTo(begins + 1);
    }

    @Test
    void whatAFailedSyncHasLeftOfTheCheckpointsIsOnTheDiskBeforeMoreIsSaid() throws Exception {
        LogLife life = story.opened();
        produce(life, leading(life, "clicks", true), 4);
        story.world.disk().faults().failNext(StepKind.SYNC, CheckpointJournal.NAME);
        story.world.disk().faults().failAlways(StepKind.TRUNCATE);
        life.pass(10 * CHECKPOINT_MS);
        assertThat(life.directory().offlineReason()).isPresent();
        story.world.crash(CrashKind.PROCESS);
        story.world.disk().faults().heal();
        LogLife next = story.opened();
        Replica clicks = next.replica("clicks");
        clicks.lead();
        produce(next, clicks, 4);
        next.pass(10 * CHECKPOINT_MS);

        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        CheckpointJournal found = CheckpointJournal.open(
                story.world.disk(), story.world.directory(), new DirectoryHealth("journal", why -> {}), Set.of());
        assertThat(found.isTrusted(clicks.log().id())).isTrue();
        assertThat(found.recoveryOffset(clicks.log().id()))
                .isEqualTo(clicks.log().syncedEnd());
        found.close();
    }

    /** The kernel takes pages whose sync failed for written; they look whole until the power goes. */
    @Test
    void whatAFailedSyncHasLeftInThePageCacheIsOnTheDiskBeforeAnythingBehindItIsPromised() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", true);
        produce(life, clicks, 4);
        story.world.disk().faults().failNext(StepKind.SYNC, ".log");
        clicks.produceIdempotent(CrashStory.PRODUCER, 2);
        life.pass(1_000);
        assertThat(life.directory().offlineReason()).isPresent();
        story.world.crash(CrashKind.PROCESS);

        LogLife second = story.opened();
        Replica again = second.replica("clicks");
        again.lead();
        assertThat(again.log().writtenEnd()).as("looks whole").isEqualTo(10);
        produce(second, again, 4);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(story.opened().replica("clicks").log().writtenEnd()).isEqualTo(18);
    }
}
