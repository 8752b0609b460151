package io.millrace.log.crash;

import static io.millrace.log.crash.CrashStory.CHECKPOINT_MS;
import static io.millrace.log.crash.CrashStory.PRODUCER;
import static io.millrace.log.crash.CrashStory.leading;
import static io.millrace.log.crash.CrashStory.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOutcome;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import io.millrace.sim.StepKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What random lives once found about logs that are cut, each told as a short story of its own.
 *
 * <p>Thread: one.
 */
class CutStoriesTest {
    private static final long SEED = 1;
    private static final long ROOM_FOR_ONE_BATCH_BYTES = 200;
    private static final long NEARLY_A_SEGMENT_BYTES = 900;

    private final CrashStory story = new CrashStory();

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

    @Test
    void whereRecordsAreSyncedACutIsDurableBeforeAnythingIsAppendedBehindIt() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", true);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        long end = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(end);
        life.await("truncation", () -> cut[0]);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        assertThat(story.opened().replica("clicks").log().writtenEnd()).isEqualTo(end);
    }

    /** What comes back has its old epochs, by which it is cut again. */
    @Test
    void aCutThatThePowerTakesBackLeavesTheLogAsItWasAndIsMadeAgain() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        long before = clicks.log().writtenEnd();
        long end = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(end);
        life.await("truncation", () -> cut[0]);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        LogLife again = story.opened();
        Replica found = again.replica("clicks");
        assertThat(found.log().writtenEnd()).isEqualTo(before);
        boolean[] cutAgain = found.truncateTo(end);
        again.await("truncation", () -> cutAgain[0]);
        story.world.crash(CrashKind.PROCESS);

        assertThat(story.opened().replica("clicks").log().writtenEnd()).isEqualTo(end);
    }

    @Test
    void aCutThatFailsHalfWayLeavesNoHoleAlsoWhenRetentionHasPassedTheCheckpoint() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 2);
        life.pass(10 * CHECKPOINT_MS);
        produce(life, clicks, 24);
        Path first = story.segment("clicks", 0);
        clicks.maintain(life.nowMs());
        life.await("retention", () -> !story.world.disk().exists(first));
        assertThat(clicks.log().segmentCount()).isGreaterThan(1);
        story.world.disk().faults().failNext(StepKind.RENAME, ".log");
        clicks.truncateTo(clicks.log().logStartOffset() + 2);
        life.await(
                "the directory is offline",
                () -> life.directory().offlineReason().isPresent());
        story.world.crash(CrashKind.PROCESS);
        story.world.disk().faults().heal();

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().segmentCount()).isEqualTo(1);
    }

    @Test
    void whoIsToldThatAFailedCutIsOverSeesThatTheLogIsOffline() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        String[] reason = {"not over"};
        story.world.disk().faults().failNext(StepKind.RENAME, ".log");
        clicks.log().truncateFullyAndStartAt(100, () -> reason[0] = clicks.log().offlineReason());
        life.await("truncation", () -> !"not over".equals(reason[0]));

        assertThat(reason[0]).isNotNull();
    }

    @Test
    void aCutWaitsForSpaceOnAFullDisk() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        life.pass(10 * CHECKPOINT_MS);
        story.world.disk().faults().capacity(0);
        boolean[] over = clicks.restartAt(100);
        life.pass(CHECKPOINT_MS);
        assertThat(over[0]).isFalse();
        assertThat(clicks.produce(1)).isInstanceOf(AppendOutcome.Rejected.class);
        story.world.disk().faults().heal();

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
    void aCutThatTheProcessBeforeDidNotSyncDoesNotComeBackBelowWhatWasSyncedSince() throws Exception {
        LogLife life = story.opened();
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
        story.world.crash(CrashKind.PROCESS);
        LogLife second = story.opened();
        second.replica("orders").lead();
        second.replica("orders").produce(8);
        second.awaitAcks();
        assertThat(second.replica("orders").log().segmentCount()).isEqualTo(2);
        story.world.crash(CrashKind.POWER_DROPS_UNSYNCED);

        story.opened();
    }

    @Test
    void whatALostTruncationLeavesBehindNewerBatchesIsCut() throws Exception {
        LogLife life = story.opened();
        Replica clicks = leading(life, "clicks", false);
        produce(life, clicks, 4);
        Path file = story.segment("clicks", 0);
        byte[] before = story.platter.content(file);
        long first = clicks.history().batches().get(2).baseOffset();
        boolean[] cut = clicks.truncateTo(first);
        life.await("truncation", () -> cut[0]);
        clicks.lead();
        produce(life, clicks, 1);
        long end = clicks.log().writtenEnd();
        story.world.crash(CrashKind.PROCESS);
        byte[] after = story.platter.content(file);
        LogBatch last = LogBatch.split(ByteBuffer.wrap(before)).get(3);
        assertThat(last.baseOffset())
                .as("the old batch would go on where the new one ends")
                .isEqualTo(end);
        story.platter.append(file, last.bytes());

        Replica found = story.opened().replica("clicks");

        assertThat(found.log().writtenEnd()).isEqualTo(end);
        assertThat(story.platter.content(file))
                .startsWith(Arrays.copyOf(after, after.length))
                .hasSize(after.length);
    }
}
