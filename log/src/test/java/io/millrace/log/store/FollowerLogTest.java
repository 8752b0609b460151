package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.EpochEnd;
import io.millrace.log.FileSlice;
import io.millrace.log.HeapPayload;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica does with the batches of a leader, and what is left when it is cut back (KIP-101, KIP-279, KIP-320). */
class FollowerLogTest {
    private static final long PRODUCER = 4;

    @TempDir
    Path dir;

    private LogLife life;
    private boolean done;

    @BeforeEach
    void start() {
        life = new LogLife(dir).with("segment.bytes", "300").start();
    }

    @Test
    void batchesOfSeveralEpochsInOnePayloadLeaveTheirHistory() {
        take(placed(0, 1, "a", "b"), placed(2, 1, "c"), placed(3, 4, "d"), placed(4, 5, "e", "f"));

        for (int start = 0; start < 2; start++) {
            assertThat(life.log.endOffsetForEpoch(1)).isEqualTo(new EpochEnd(1, 3));
            assertThat(life.log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(1, 3));
            assertThat(life.log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(4, 4));
            assertThat(life.log.endOffsetForEpoch(5)).isEqualTo(new EpochEnd(5, 6));
            assertThat(life.log.endOffsetForEpoch(0)).isEqualTo(new EpochEnd(0, 0));
            assertThat(life.log.endOffsetForEpoch(6)).isEqualTo(EpochEnd.UNKNOWN);
            assertThat(life.log.epochAt(3)).isEqualTo(4);
            life.killAndStart();
        }
    }

    @Test
    void aPayloadOfWhichOneBatchIsBadIsRefusedAsAWhole() {
        ByteBuffer damaged = join(placed(0, 1, "a"), placed(1, 1, "b"));
        damaged.put(damaged.limit() - 1, (byte) ~damaged.get(damaged.limit() - 1));

        assertThat(error(damaged)).isEqualTo(AppendError.CORRUPT_MESSAGE);
        assertThat(error(join(placed(0, 1, "a"), placed(2, 1, "b")))).isEqualTo(AppendError.OFFSET_GAP);
        assertThat(error(join(placed(0, 1, "a"), placed(0, 1, "b")))).isEqualTo(AppendError.OFFSET_GAP);
        assertThat(life.log.assignedEnd()).isZero();
        assertThat(life.log.latestEpoch()).isEqualTo(-1);
        take(placed(0, 1, "a"));
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aBatchOfAnOlderEpochThanTheOneBeforeItIsRefused() {
        take(placed(0, 3, "a"));

        assertThat(error(join(placed(1, 2, "b")))).isEqualTo(AppendError.CORRUPT_MESSAGE);
        assertThat(error(join(placed(1, 4, "b"), placed(2, 3, "c")))).isEqualTo(AppendError.CORRUPT_MESSAGE);
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aLeaderThatWroteNothingTakesBatchesOfTheEpochBefore() {
        take(placed(0, 3, "a"));
        life.log.startEpoch(7);

        take(placed(1, 3, "b"), placed(2, 8, "c"));

        assertThat(life.log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(3, 2));
        assertThat(life.log.endOffsetForEpoch(7)).isEqualTo(new EpochEnd(3, 2));
        assertThat(life.log.latestEpoch()).isEqualTo(8);
    }

    @Test
    void aCutAtTheEndForgetsAnEpochInWhichNothingWasWritten() {
        take(placed(0, 3, "a"));
        life.log.startEpoch(7);

        life.log.truncateTo(1, () -> done = true);
        life.run();

        assertThat(done).isTrue();
        assertThat(life.log.latestEpoch()).isEqualTo(3);
        assertThat(life.valuesFrom(0)).containsExactly("a");
    }

    @Test
    void aCutRacesWhatIsQueuedAtTheWriter() {
        take(placed(0, 1, "a"));
        append(placed(1, 1, "b"), placed(2, 1, "c"));
        append(placed(3, 2, "d"), placed(4, 2, "e"));

        life.log.truncateTo(2, () -> done = true);
        assertThat(error(join(placed(2, 3, "x")))).isEqualTo(AppendError.WRITER_BUSY);
        life.run();

        assertThat(done).isTrue();
        assertThat(life.log.assignedEnd()).isEqualTo(2);
        assertThat(life.log.writtenEnd()).isEqualTo(2);
        assertThat(life.log.latestEpoch()).isEqualTo(1);
        take(placed(2, 3, "C"), placed(3, 3, "D"));
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "C", "D");
        life.killAndStart();
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "C", "D");
        assertThat(life.log.endOffsetForEpoch(1)).isEqualTo(new EpochEnd(1, 2));
    }

    @Test
    void aCutInsideABatchMovesTheEpochThatBeganThereSince() {
        take(placed(0, 1, "a"), placed(1, 2, "b", "c", "d"));

        life.log.truncateTo(3, () -> done = true);
        life.log.startEpoch(5);
        life.run();

        assertThat(life.log.writtenEnd()).isEqualTo(1);
        assertThat(life.log.endOffsetForEpoch(1)).isEqualTo(new EpochEnd(1, 1));
        assertThat(life.log.endOffsetForEpoch(5)).isEqualTo(new EpochEnd(5, 1));
        assertThat(life.append(life.batch("x"))).isInstanceOf(Appended.class);
    }

    @Test
    void whatASyncUnderWaySaysDoesNotCountForWhatComesAfterTheCut() {
        life.with("flush.mode", "group");
        life.log.applyConfig(life.config);
        append(placed(0, 1, "a"), placed(1, 1, "b"), placed(2, 1, "c"));
        life.io.runWriter();
        life.log.truncateTo(1, () -> done = true);
        life.io.runWriter();
        life.run();
        assertThat(life.log.syncedEnd()).isEqualTo(1);
        append(placed(1, 2, "B"), placed(2, 2, "C"));
        life.io.runWriter();
        life.runOwner();

        assertThat(life.log.writtenEnd()).isEqualTo(3);
        assertThat(life.log.syncedEnd()).isEqualTo(1);
        life.run();
        assertThat(life.log.syncedEnd()).isEqualTo(3);
    }

    @Test
    void producersGoBackWithACutAcrossSegmentsAndARestart() {
        for (int i = 0; i < 14; i++) {
            take(sequenced(i, 1, i, "v" + i));
        }
        assertThat(life.log.segmentCount()).isGreaterThan(2);

        life.log.truncateTo(3, () -> done = true);
        life.run();

        for (int start = 0; start < 2; start++) {
            assertThat(life.append(LogLife.idempotent(PRODUCER, 2, "v2"))).isInstanceOf(Duplicate.class);
            assertThat(((Rejected) life.append(LogLife.idempotent(PRODUCER, 5, "v5"))).error())
                    .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
            life.killAndStart();
        }
        assertThat(life.append(LogLife.idempotent(PRODUCER, 3, "v3"))).isEqualTo(new Appended(3, 3, -1, 0));
    }

    @Test
    void aTransactionWhoseMarkerIsCutOffIsOpenAgain() {
        take(transactional(0, 1, 0, "t"), placed(1, 1, "plain"), marker(2, 1, false));
        assertThat(life.log.abortedIn(0, 3)).containsExactly(new AbortedTransaction(PRODUCER, 0, 2, 3));
        assertThat(life.log.lastStableOffset(3)).isEqualTo(3);

        life.log.truncateTo(2, () -> done = true);
        life.run();

        for (int start = 0; start < 2; start++) {
            assertThat(life.log.abortedIn(0, 2)).isEmpty();
            assertThat(life.log.lastStableOffset(2)).isZero();
            life.killAndStart();
        }
        take(marker(2, 2, true));
        assertThat(life.log.abortedIn(0, 3)).isEmpty();
        assertThat(life.log.lastStableOffset(3)).isEqualTo(3);
    }

    @Test
    void aTransactionThatIsCutOffHoldsNothingBack() {
        take(placed(0, 1, "plain"), transactional(1, 1, 0, "t"));
        assertThat(life.log.lastStableOffset(2)).isEqualTo(1);

        life.log.truncateTo(1, () -> done = true);
        life.run();
        take(placed(1, 2, "more"));

        assertThat(life.log.lastStableOffset(2)).isEqualTo(2);
    }

    @Test
    void beginningAnewForgetsProducersTransactionsAndEpochs() {
        take(transactional(0, 1, 0, "t"), marker(1, 1, false), transactional(2, 1, 1, "u"));

        life.log.truncateFullyAndStartAt(50, () -> done = true);
        life.run();

        for (int start = 0; start < 2; start++) {
            assertThat(life.log.producers().count()).isZero();
            assertThat(life.log.abortedIn(0, 100)).isEmpty();
            assertThat(life.log.lastStableOffset(50)).isEqualTo(50);
            assertThat(life.log.latestEpoch()).isEqualTo(-1);
            life.killAndStart();
        }
        take(placed(50, 9, "x"));
        assertThat(life.valuesFrom(50)).containsExactly("x");
    }

    @Test
    void aReadThatWasPlannedBeforeTheLogWasEmptiedDoesNotSeeWhatCameAfter() {
        take(placed(0, 1, "a"));
        ReadOutcome planned = coldRead(0);

        life.log.truncateFullyAndStartAt(0, () -> done = true);
        life.run();
        take(placed(0, 2, "other"));

        assertThat(LogLife.load(((ReadOutcome.FromDisk) planned).read()).isEmpty())
                .isTrue();
    }

    @Test
    void aReadThatWasPlannedBeforeThePartitionLeftDoesNotSeeItsSuccessor() {
        take(placed(0, 1, "a"));
        ReadOutcome planned = coldRead(0);

        life.log.delete(() -> done = true);
        life.run();
        life.log = life.directory.create(LogLife.ID, life.config, life.owner, life.tail);
        take(placed(0, 2, "other"));

        FileSlice found = LogLife.load(((ReadOutcome.FromDisk) planned).read());
        assertThat(found.isEmpty()).isTrue();
        assertThat(life.log.id()).isEqualTo(new TopicPartitionId(LogLife.ID.topicId(), "any name", 0));
    }

    /** With nothing in memory a read goes to the file. */
    private ReadOutcome coldRead(long offset) {
        life.log.setListener(io.millrace.log.LogListener.NONE);
        life.stop();
        life.tail = new TailBudget(0);
        life.start();
        ReadOutcome planned = life.log.read(offset, Long.MAX_VALUE, 1000, true);
        assertThat(planned).isInstanceOf(ReadOutcome.FromDisk.class);
        return planned;
    }

    private void take(Payload... batches) {
        append(batches);
        life.run();
    }

    private void append(Payload... batches) {
        AppendOutcome outcome = life.log.appendReplicated(HeapPayload.of(join(batches)), life.io.nowMs());
        assertThat(outcome).isInstanceOf(Appended.class);
    }

    private AppendError error(ByteBuffer batches) {
        return ((Rejected) life.log.appendReplicated(HeapPayload.of(batches), life.io.nowMs())).error();
    }

    private static Payload placed(long base, int epoch, String... values) {
        return build(new BatchBuilder().baseOffset(base).leaderEpoch(epoch), values);
    }

    private static Payload sequenced(long base, int epoch, int sequence, String value) {
        return build(
                new BatchBuilder().baseOffset(base).leaderEpoch(epoch).producer(PRODUCER, (short) 0, sequence), value);
    }

    private static Payload transactional(long base, int epoch, int sequence, String value) {
        return build(
                new BatchBuilder()
                        .baseOffset(base)
                        .leaderEpoch(epoch)
                        .producer(PRODUCER, (short) 0, sequence)
                        .transactional(),
                value);
    }

    private static Payload marker(long base, int epoch, boolean commit) {
        Payload marker = new ControlBatch(commit, 0).build(PRODUCER, (short) 0, 1_000);
        BatchHeader.place(marker.bytes(), 0, base, epoch);
        return marker;
    }

    private static Payload build(BatchBuilder builder, String... values) {
        for (String value : values) builder.append(1_000, null, LogLife.bytes(value));
        return builder.build();
    }

    private static ByteBuffer join(Payload... payloads) {
        return ByteBuffer.wrap(bytes(List.of(payloads)));
    }

    private static byte[] bytes(List<Payload> payloads) {
        ByteBuffer all = ByteBuffer.allocate(
                payloads.stream().mapToInt(Payload::sizeBytes).sum());
        payloads.forEach(payload -> all.put(payload.bytes()));
        return all.array();
    }
}
