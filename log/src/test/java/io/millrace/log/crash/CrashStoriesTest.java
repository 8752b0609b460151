package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOutcome;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import io.millrace.sim.StepKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What random lives once found, each told as a short story of its own. Every opening of a directory holds what is found
 * against {@link RecoveryRule#ALL}.
 */
class CrashStoriesTest {
    private static final long CHECKPOINT_MS = 7_000;
    private static final long PRODUCER = 3;
    private static final long SEED = 1;
    private static final long ROOM_FOR_ONE_BATCH_BYTES = 200;
    private static final long NEARLY_A_SEGMENT_BYTES = 900;

    private final NodeWorld world = new NodeWorld(new Simulation(5), "node", AckRule.BY_FLUSH_MODE);
    private final LogCorrupter platter = new LogCorrupter(world.disk());

    @Test
    void aLogThatNeverHadACheckpointIsCutWhereItIsTornAlsoBeforeItsLastSegment() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 12);
        assertThat(clicks.log().segmentCount()).isGreaterThan(2);
        world.crash(CrashKind.PROCESS);
        platter.cutLastBytes(segment("clicks", 0), 10);
        world.crash(CrashKind.POWER_SEEDED);

        Replica found = opened().replica("clicks");

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

    @Test
    void aFollowersCutMayDieAnywhere() throws Exception {
        CrashPoints.Script cuts = scripted -> {
            LogLife life = scripted.startLife();
            life.open();
            Replica orders = leading(life, "orders", true);
            Replica clicks = leading(life, "clicks", false);
            for (Replica replica : List.of(orders, clicks)) {
                replica.replicate(PRODUCER, 4);
                replica.replicate(PRODUCER, 4);
            }
            life.pass(10 * CHECKPOINT_MS);
            for (Replica replica : List.of(orders, clicks)) {
                replica.replicate(PRODUCER, 3);
                long end = replica.history().batches().get(5).baseOffset();
                boolean[] cut = replica.truncateTo(end);
                life.await("truncation", () -> cut[0]);
                replica.lead();
                replica.replicate(PRODUCER, 3);
                life.awaitAcks();
            }
            life.pass(50);
        };
        CrashPoints points = new CrashPoints(cuts, SEED);

        assertThat(points.broken(1, CrashKind.values())).isEmpty();
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
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 6);
        clicks.deleteRecordsBefore(clicks.log().writtenEnd());
        life.pass(100);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        LogLife second = opened();
        Replica again = second.replica("clicks");
        again.lead();
        produce(second, again, 2);
        long end = again.log().writtenEnd();
        second.closeCleanly();

        Replica found = opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isZero();
        assertThat(found.log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aLogThatFallsBelowItsStartGoesOnAtItsStart() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 1);
        long start = clicks.log().writtenEnd();
        clicks.deleteRecordsBefore(start);
        life.pass(100);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);
        LogLife second = opened();
        Replica again = second.replica("clicks");
        assertThat(again.log().logStartOffset()).isEqualTo(start);
        assertThat(again.log().writtenEnd()).isEqualTo(start);
        again.lead();
        produce(second, again, 3);
        long end = again.log().writtenEnd();
        second.closeCleanly();

        Replica found = opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(found.log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aLogOfWhichThePowerLeftOnlyWhatRetentionTookGivesNoOffsetTwice() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 1);
        life.pass(10 * CHECKPOINT_MS);
        Path first = segment("clicks", 0);
        while (clicks.log().segmentCount() < 2) {
            produce(life, clicks, 1);
        }
        clicks.deleteRecordsBefore(clicks.log().writtenEnd());
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !world.disk().exists(first));
        long start = clicks.log().logStartOffset();
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        Replica found = opened().replica("clicks");

        assertThat(found.log().writtenEnd()).isEqualTo(start);
    }

    @Test
    void whereRecordsAreSyncedACutIsDurableBeforeAnythingIsAppendedBehindIt() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", true);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        long end = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(end);
        life.await("truncation", () -> cut[0]);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(opened().replica("clicks").log().writtenEnd()).isEqualTo(end);
    }

    /** What comes back has its old epochs, by which it is cut again. */
    @Test
    void aCutThatThePowerTakesBackLeavesTheLogAsItWasAndIsMadeAgain() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        long before = clicks.log().writtenEnd();
        long end = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(end);
        life.await("truncation", () -> cut[0]);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        LogLife again = opened();
        Replica found = again.replica("clicks");
        assertThat(found.log().writtenEnd()).isEqualTo(before);
        boolean[] cutAgain = found.truncateTo(end);
        again.await("truncation", () -> cutAgain[0]);
        world.crash(CrashKind.PROCESS);

        assertThat(opened().replica("clicks").log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aCutThatFailsHalfWayLeavesNoHoleAlsoWhenRetentionHasPassedTheCheckpoint() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 24);
        Path first = segment("clicks", 0);
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !world.disk().exists(first));
        assertThat(clicks.log().segmentCount()).isGreaterThan(1);
        world.disk().faults().failNext(StepKind.RENAME, ".log");
        clicks.truncateTo(clicks.log().logStartOffset() + 2);
        life.await(
                "the directory is offline",
                () -> life.directory().offlineReason().isPresent());
        world.crash(CrashKind.PROCESS);
        world.disk().faults().heal();

        Replica found = opened().replica("clicks");

        assertThat(found.log().segmentCount()).isEqualTo(1);
    }

    @Test
    void whoIsToldThatAFailedCutIsOverSeesThatTheLogIsOffline() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        String[] reason = {"not over"};
        world.disk().faults().failNext(StepKind.RENAME, ".log");
        clicks.log().truncateFullyAndStartAt(100, () -> reason[0] = clicks.log().offlineReason());
        life.await("truncation", () -> !"not over".equals(reason[0]));

        assertThat(reason[0]).isNotNull();
    }

    @Test
    void aCutWaitsForSpaceOnAFullDisk() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        world.disk().faults().capacity(0);
        boolean[] over = clicks.restartAt(100);
        life.pass(CHECKPOINT_MS);
        assertThat(over[0]).isFalse();
        assertThat(clicks.produce(1)).isInstanceOf(AppendOutcome.Rejected.class);
        world.disk().faults().heal();

        life.await("truncation", () -> over[0]);
        clicks.lead();
        produce(life, clicks, 2);

        assertThat(life.directory().offlineReason()).isEmpty();
        assertThat(clicks.log().logStartOffset()).isEqualTo(100);
        assertThat(clicks.log().writtenEnd()).isGreaterThan(100);
    }

    @Seeded(runs = 40)
    void whatAFullDiskCutOffDoesNotComeBackInThePlaceOfWhatWasWrittenNext(long seed) throws Exception {
        NodeWorld node = new NodeWorld(new Simulation(seed), "node", AckRule.BY_FLUSH_MODE);
        LogLife life = node.startLife();
        life.open();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 1);
        life.pass(10 * CHECKPOINT_MS);
        long end = clicks.log().writtenEnd();
        long used = Long.MAX_VALUE / 2 - node.disk().usableBytes(node.directory());
        node.disk().faults().capacity(used + ROOM_FOR_ONE_BATCH_BYTES);
        for (int i = 0; i < 3; i++) {
            clicks.produce(1);
        }
        life.pass(100);
        assertThat(clicks.log().writtenEnd()).as("all three were cut off").isEqualTo(end);
        node.disk().faults().heal();
        produce(life, clicks, 1);
        List<LogBatch> acknowledged = List.copyOf(clicks.history().batches());
        node.crash(CrashKind.POWER_SEEDED);
        LogLife second = node.startLife();
        second.open();

        List<LogBatch> found = LogContent.of(second.replica("clicks").log()).batches();

        assertThat(found).allMatch(batch -> acknowledged.stream().anyMatch(batch::sameAs));
    }

    @Test
    void aFolderThatADyingProcessMadeIsSyncedWithTheNextWrite() throws Exception {
        LogLife life = opened();
        Replica orders = leading(life, "orders", true);
        world.disk().faults().failNext(StepKind.WRITE, ".log");
        orders.produce(1);
        life.await(
                "the directory is offline",
                () -> life.directory().offlineReason().isPresent());
        world.crash(CrashKind.PROCESS);
        world.disk().faults().heal();
        LogLife second = opened();
        second.replica("orders").lead();
        produce(second, second.replica("orders"), 2);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(opened().replica("orders").log().writtenEnd()).isPositive();
    }

    @Test
    void theNameOfAFolderIsSyncedWithWhatRecoveryFound() throws Exception {
        LogLife life = opened();
        produce(life, leading(life, "clicks", false), 2);
        world.crash(CrashKind.PROCESS);
        LogLife second = opened();
        second.pass(10 * CHECKPOINT_MS);
        long synced = second.replica("clicks").log().syncedEnd();
        assertThat(synced).isPositive();
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(opened().replica("clicks").log().writtenEnd()).isEqualTo(synced);
    }

    @Test
    void aCutThatTheProcessBeforeDidNotSyncDoesNotComeBackBelowWhatWasSyncedSince() throws Exception {
        LogLife life = opened();
        Replica orders = leading(life, "orders", true);
        while (orders.log().sizeBytes() < NEARLY_A_SEGMENT_BYTES) {
            orders.produce(1);
        }
        life.awaitAcks();
        life.pass(10 * CHECKPOINT_MS);
        long checkpointed = orders.log().writtenEnd();
        orders.produce(1);
        life.awaitAcks();
        boolean[] cut = orders.truncateTo(checkpointed);
        life.await("truncation", () -> cut[0]);
        world.crash(CrashKind.PROCESS);
        LogLife second = opened();
        second.replica("orders").lead();
        second.replica("orders").produce(8);
        second.awaitAcks();
        assertThat(second.replica("orders").log().segmentCount()).isEqualTo(2);
        world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        opened();
    }

    /** Taken for a log that starts at its second segment it would have its followers, should it lead, give up the first. */
    @Test
    void aLogWhoseFirstSegmentThePowerTookBeforeItWasSyncedDoesNotStartAtItsSecond() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 12);
        assertThat(clicks.log().segmentCount()).isGreaterThan(2);
        world.crash(CrashKind.PROCESS);
        platter.delete(segment("clicks", 0));
        world.crash(CrashKind.POWER_SEEDED);

        Replica found = opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isZero();
        assertThat(found.log().writtenEnd()).isZero();
    }

    @Test
    void removedSegmentsThatComeBackSinglyAreNoPartOfTheLog() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 24);
        life.pass(10 * CHECKPOINT_MS);
        Path second = secondSegment("clicks");
        byte[] content = platter.content(second);
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !world.disk().exists(second));
        long start = clicks.log().logStartOffset();
        world.crash(CrashKind.PROCESS);
        restore(second, content);

        Replica found = opened().replica("clicks");

        assertThat(found.log().logStartOffset()).isEqualTo(start);
        assertThat(world.disk().exists(second)).isFalse();
    }

    @Test
    void whatALostTruncationLeavesBehindNewerBatchesIsCut() throws Exception {
        LogLife life = opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        Path file = segment("clicks", 0);
        byte[] before = platter.content(file);
        long first = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(first);
        life.await("truncation", () -> cut[0]);
        clicks.lead();
        produce(life, clicks, 1);
        long end = clicks.log().writtenEnd();
        world.crash(CrashKind.PROCESS);
        byte[] after = platter.content(file);
        LogBatch last = LogBatch.split(ByteBuffer.wrap(before)).get(3);
        assertThat(last.baseOffset())
                .as("the old batch would go on where the new one ends")
                .isEqualTo(end);
        platter.append(file, last.bytes());

        Replica found = opened().replica("clicks");

        assertThat(found.log().writtenEnd()).isEqualTo(end);
        assertThat(platter.content(file))
                .startsWith(Arrays.copyOf(after, after.length))
                .hasSize(after.length);
    }

    private LogLife opened() throws Exception {
        LogLife life = world.startLife();
        life.open();
        return life;
    }

    private static Replica leading(LogLife life, String topic, boolean group) {
        Replica replica = life.create(topic, group ? ScriptedLife.GROUP : ScriptedLife.PAGE_CACHE);
        replica.lead();
        return replica;
    }

    private static void produce(LogLife life, Replica replica, int batches) {
        for (int i = 0; i < batches; i++) {
            replica.produceIdempotent(PRODUCER, 2);
        }
        life.awaitAcks();
    }

    private Path folder(String topic) {
        return world.histories().keySet().stream()
                .filter(id -> id.topic().equals(topic))
                .map(id -> world.directory().resolve(id.folderName()))
                .findFirst()
                .orElseThrow();
    }

    private Path segment(String topic, long base) {
        return folder(topic).resolve(String.format("%020d.log", base));
    }

    private Path secondSegment(String topic) throws IOException {
        return world.disk().list(folder(topic)).stream()
                .filter(path -> path.toString().endsWith(".log"))
                .skip(1)
                .findFirst()
                .orElseThrow();
    }

    private void restore(Path path, byte[] content) throws IOException {
        try (DiskFile file = world.disk().open(path, OpenMode.CREATE)) {
            file.writeFully(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        world.disk().syncDirectory(path.getParent());
    }
}
