package io.millrace.log.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import io.millrace.log.batch.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Sequences, epochs, duplicates, taking back, snapshots.
 *
 * <p>Thread: one.
 */
class ProducerStateTableTest {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(1, 2), "t", 0);
    private static final long NOW = 1_000;

    private ProducerStateTable table = new ProducerStateTable(ID);
    private long end;
    private int leaderEpoch;

    @Test
    void aPartitionWithoutIdempotentProducersKeepsNothing() {
        ByteBuffer batch = new BatchBuilder().append(1, null, new byte[1]).buildBuffer();

        assertThat(table.check(batch, 0, AppendOrigin.CLIENT, 0, 0)).isNull();
        assertThat(table.appended(batch, 0, NOW)).isNull();

        assertThat(table.isEmpty()).isTrue();
        assertThat(table.undoTo(0)).isTrue();
    }

    @Test
    void anUnknownProducerMayBeginWithAnySequence() {
        assertThat(send(7, 0, 4711, 3)).isNull();
        assertThat(send(7, 0, 4714, 1)).isNull();
    }

    @Test
    void sequencesWrapFromTwoToThe31MinusOneToZero() {
        send(7, 0, Integer.MAX_VALUE - 1, 2);

        assertThat(send(7, 0, 1, 1)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 0, 5)).isNull();
        assertThat(send(7, 0, 5, 1)).isNull();
    }

    @Test
    void aBatchThatWrapsInsideIsFollowedAndRecognised() {
        send(7, 0, Integer.MAX_VALUE - 1, 4);

        assertThat(send(7, 0, 2, 1)).isNull();
        assertThat(duplicateOf(7, 0, Integer.MAX_VALUE - 1, 4).baseOffset()).isEqualTo(0);
    }

    @Test
    void duplicatesOfTheLastFiveBatchesAnswerTheirOldOffsets() {
        for (int i = 0; i < 7; i++) {
            send(7, 0, 10 * i, 10);
        }

        for (int i = 2; i < 7; i++) {
            Duplicate duplicate = duplicateOf(7, 0, 10 * i, 10);
            assertThat(duplicate.baseOffset()).isEqualTo(10 * i);
            assertThat(duplicate.lastOffset()).isEqualTo(10 * i + 9);
            assertThat(duplicate.logStartOffset()).isEqualTo(5);
        }
        assertThat(send(7, 0, 60, 5))
                .as("the same first sequence, another last")
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 10, 10)).as("the sixth but one").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
    }

    @Test
    void whatCameBeforeTheLastFiveBatchesAndTheirLeaderIsADuplicateWithoutOffsets() {
        for (int i = 0; i < 7; i++) {
            leaderEpoch = i < 2 ? 0 : 1;
            send(7, 0, 10 * i, 10);
        }

        for (Duplicate earlier :
                List.of(duplicateOf(7, 0, 10, 10), duplicateOf(7, 0, 0, 10), duplicateOf(7, 0, 3, 4))) {
            assertThat(earlier.baseOffset()).isEqualTo(Duplicate.UNKNOWN);
            assertThat(earlier.lastOffset()).as("it reaches to here at most").isEqualTo(19);
        }
        assertThat(send(7, 0, 15, 10)).as("into what is remembered").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 71, 1)).as("a gap").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, Integer.MAX_VALUE, 1))
                .as("before the first")
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        send(7, 0, 70, 10);
        assertThat(send(7, 0, 20, 10)).as("of this leader").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 15, 10)).as("of both").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(duplicateOf(7, 0, 10, 10).lastOffset()).isEqualTo(29);
    }

    @Test
    void whatCameBeforeAGapIsNotKnownToHaveCome() {
        send(7, 0, 4711, 1);
        leaderEpoch = 1;
        for (int i = 0; i < 6; i++) {
            send(7, 0, 4712 + i, 1);
        }
        assertThat(send(7, 0, 4710, 1)).as("it began later").isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(duplicateOf(7, 0, 4711, 1).baseOffset()).isEqualTo(Duplicate.UNKNOWN);

        ByteBuffer gap = batch(7, 0, 5000, 1);
        table.appended(gap, 0, NOW);
        leaderEpoch = 2;
        for (int i = 1; i < 6; i++) {
            send(7, 0, 5000 + i, 1);
        }

        assertThat(send(7, 0, 4711, 1)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 4999, 1)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(duplicateOf(7, 0, 5000, 1).lastOffset()).isEqualTo(7);
    }

    @Test
    void whatWasTakenBackHasNotCome() {
        for (int i = 0; i < 12; i++) {
            leaderEpoch = i < 2 ? 0 : 1;
            send(7, 0, i, 1);
        }
        assertThat(table.undoTo(6)).isTrue();
        end = 6;

        assertThat(duplicateOf(7, 0, 0, 1).lastOffset()).isZero();
        assertThat(send(7, 0, 7, 1)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 0, 6, 1)).isNull();
        assertThat(duplicateOf(7, 0, 1, 1).lastOffset()).isEqualTo(1);

        assertThat(table.undoTo(3)).isTrue();
        end = 3;
        assertThat(table.undoTo(2)).isTrue();
        end = 2;
        for (int i = 2; i < 7; i++) {
            assertThat(send(7, 0, i, 1)).isNull();
        }
        assertThat(send(7, 0, 1, 1))
                .as("the epoch's beginning was taken back")
                .isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
    }

    @Test
    void earlierSequencesAreKnownAcrossTheWrapAndForgottenByASnapshot() {
        send(7, 0, Integer.MAX_VALUE - 1, 4);
        leaderEpoch = 1;
        for (int i = 0; i < 5; i++) {
            send(7, 0, 2 + i, 1);
        }
        assertThat(duplicateOf(7, 0, Integer.MAX_VALUE - 1, 4).lastOffset()).isEqualTo(3);

        table = ProducerStateTable.load(ID, table.snapshot(end), NOW);

        assertThat(send(7, 0, Integer.MAX_VALUE - 1, 4)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(duplicateOf(7, 0, 2, 1).baseOffset()).isEqualTo(4);
        assertThat(send(7, 0, 7, 1)).isNull();
        assertThat(duplicateOf(7, 0, 2, 1).baseOffset()).isEqualTo(Duplicate.UNKNOWN);
    }

    @Test
    void aNewEpochBeginsWithZeroAndAnOldOneIsRefused() {
        send(7, 3, 0, 5);

        assertThat(send(7, 4, 5, 1)).isEqualTo(AppendError.OUT_OF_ORDER_SEQUENCE);
        assertThat(send(7, 4, 0, 1)).isNull();
        assertThat(send(7, 3, 5, 1)).isEqualTo(AppendError.INVALID_PRODUCER_EPOCH);
        assertThat(send(7, 3, 0, 5)).as("a duplicate of the old epoch").isEqualTo(AppendError.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void replicationTakesWhatTheLeaderTook() {
        send(7, 3, 0, 5);
        ByteBuffer gap = batch(7, 3, 99, 1);

        assertThat(table.check(gap, 0, AppendOrigin.REPLICATION, end, 0)).isNull();
        table.appended(gap, 0, NOW);

        assertThat(send(7, 3, 100, 1)).isNull();
    }

    @Test
    void batchesThatWereNeverWrittenAreTakenBackExactly() {
        Random random = new Random(9);
        for (int round = 0; round < 200; round++) {
            table = new ProducerStateTable(ID);
            end = 0;
            List<Long> ends = new ArrayList<>();
            List<byte[]> states = new ArrayList<>();
            int written = 0;
            for (int i = 0; i < 40; i++) {
                ends.add(end);
                states.add(snapshotByReplay());
                step(random);
                if (random.nextInt(5) == 0) {
                    written = Math.max(written, ends.size() - 1 - random.nextInt(3));
                    // The rest is on its way to the file, or there and not committed.
                    table.settled(random.nextBoolean() ? end : ends.get(written), ends.get(written));
                }
            }
            int back = written + random.nextInt(ends.size() - written);

            assertThat(table.snapshot(ends.get(back))).as("as seen from now").isEqualTo(states.get(back));
            assertThat(table.undoTo(ends.get(back))).isTrue();

            assertThat(table.snapshot(ends.get(back))).as("after going back").isEqualTo(states.get(back));
            history.removeIf(batch -> BatchHeader.baseOffset(batch, 0) >= ends.get(back));
            end = ends.get(back);
            step(random);
            assertThat(table.snapshot(end)).as("and on from there").isEqualTo(snapshotByReplay());
            assertThat(table.lastStableOffset(Long.MAX_VALUE))
                    .isEqualTo(
                            ProducerStateTable.load(ID, snapshotByReplay(), NOW).lastStableOffset(Long.MAX_VALUE));
            history.clear();
        }
    }

    private final List<ByteBuffer> history = new ArrayList<>();

    private void step(Random random) {
        int who = random.nextInt(3);
        ByteBuffer batch;
        if (random.nextInt(5) == 0) {
            batch = new ControlBatch(random.nextBoolean(), random.nextInt(5))
                    .build(who, (short) random.nextInt(3), NOW)
                    .bytes();
        } else {
            BatchBuilder builder = new BatchBuilder().producer(who, (short) random.nextInt(3), random.nextInt(100));
            if (random.nextBoolean()) {
                builder.transactional();
            }
            batch = builder.append(NOW + end, null, new byte[1]).buildBuffer();
        }
        BatchHeader.place(batch, 0, end, 0);
        table.appended(batch, 0, NOW);
        history.add(batch);
        end = BatchHeader.nextOffset(batch, 0);
    }

    private byte[] snapshotByReplay() {
        ProducerStateTable fresh = new ProducerStateTable(ID);
        history.forEach(batch -> fresh.replay(batch, 0, NOW));
        return fresh.snapshot(end);
    }

    @Test
    void whatIsWrittenIsNotTakenBackHere() {
        send(7, 0, 0, 10);
        send(7, 0, 10, 10);
        table.settled(10, Long.MAX_VALUE);

        assertThat(table.undoTo(5)).isFalse();
        assertThat(table.undoTo(10)).isTrue();
        assertThat(table.list())
                .singleElement()
                .extracting(ProducersView.Producer::lastSequence)
                .isEqualTo(9);
        assertThatThrownBy(() -> table.snapshot(5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsWrittenAndNotCommittedIsTakenBackAsFarAsItIsWorthTheMemory() {
        int batches = UndoJournal.MAX_WRITTEN + 10;
        for (int i = 0; i < batches; i++) {
            send(7, 0, i, 1);
        }
        table.settled(end, 0);

        assertThat(table.undoTo(9)).isFalse();
        assertThat(table.count()).isEqualTo(1);
        assertThat(table.undoTo(10)).isTrue();
        assertThat(table.list())
                .singleElement()
                .extracting(ProducersView.Producer::lastSequence)
                .isEqualTo(9);
    }

    @Test
    void whatTheWriterStillHasIsTakenBackHoweverMuchItIs() {
        int batches = 3 * UndoJournal.MAX_WRITTEN;
        for (int i = 0; i < batches; i++) {
            send(7, 0, i, 1);
        }
        table.settled(5, 0);

        assertThat(table.undoTo(5)).isTrue();
        assertThat(table.list())
                .singleElement()
                .extracting(ProducersView.Producer::lastSequence)
                .isEqualTo(4);
    }

    @Test
    void aProducerIsForgottenThoughOthersHaveBatchesThatMayBeTakenBack() {
        send(7, 0, 0, 1);
        table.settled(end, end);
        send(8, 0, 0, 1);
        table.settled(end, 1);

        table.expire(NOW + 100, 100);

        assertThat(table.list())
                .singleElement()
                .extracting(ProducersView.Producer::producerId)
                .isEqualTo(8L);
        assertThat(table.undoTo(1)).isTrue();
        assertThat(table.count()).isZero();
    }

    @Test
    void aProducerIsForgottenByTheOwnersClockAndNotByItsTimestamps() {
        send(7, 0, 0, 1);
        table.settled(end, Long.MAX_VALUE);

        table.expire(NOW + 99, 100);
        assertThat(table.count()).isEqualTo(1);
        table.expire(NOW + 100, 100);

        assertThat(table.count()).isZero();
        assertThat(send(7, 0, 55, 1)).isNull();
    }

    @Test
    void anOpenTransactionKeepsItsProducerAndHoldsTheStableOffset() {
        send(1, 0, 0, 4);
        ByteBuffer first = transactional(7, 0, 0);
        send(1, 0, 4, 1);

        assertThat(table.lastStableOffset(100)).isEqualTo(4);
        table.settled(end, Long.MAX_VALUE);
        table.expire(NOW + 1_000_000, 100);
        assertThat(table.list())
                .singleElement()
                .extracting(ProducersView.Producer::producerId)
                .isEqualTo(7L);

        AbortedTransaction aborted = end(7, 0, false);

        assertThat(aborted).isEqualTo(new AbortedTransaction(7, BatchHeader.baseOffset(first, 0), 6, 7));
        assertThat(table.lastStableOffset(6))
                .as("the marker is not below the watermark")
                .isEqualTo(4);
        assertThat(table.lastStableOffset(7)).isEqualTo(7);
    }

    @Test
    void aTransactionRefusesPlainWritesOfItsProducerAndZombieCoordinators() {
        transactional(7, 1, 0);

        assertThat(send(7, 1, 1, 1)).isEqualTo(AppendError.INVALID_TXN_STATE);
        end(7, 1, true);
        ByteBuffer zombie = new ControlBatch(true, 1).build(7, (short) 1, NOW).bytes();
        assertThat(table.check(zombie, 0, AppendOrigin.COORDINATOR, end, 0))
                .isInstanceOfSatisfying(Rejected.class, refused -> assertThat(refused.error())
                        .isEqualTo(AppendError.TRANSACTION_COORDINATOR_FENCED));
    }

    @Test
    void aMarkerThatCannotBeReadEndsNothing() {
        transactional(7, 1, 0);
        ByteBuffer marker = new ControlBatch(true, 2).build(7, (short) 1, NOW).bytes();
        BatchHeader.place(marker, 0, end, 0);
        marker.put(BatchHeader.SIZE_BYTES, (byte) 99);

        assertThat(table.appended(marker, 0, NOW)).isNull();

        assertThat(table.lastStableOffset(100)).isZero();
    }

    @Test
    void theBytesOfASnapshotAreGoldenAndReadBack() {
        send(258, 3, 7, 2);
        transactional(5, 0, 0);
        end(5, 0, false);
        transactional(5, 0, 1);

        byte[] snapshot = table.snapshot(end);

        assertThat(Hex.of(snapshot))
                .isEqualTo(
                        "0001" // version
                                + "f0f2f344" // crc
                                + "0000000000000005" // end offset
                                + "00000002" // producers
                                + "0000000000000005" + "0000" + "00000002" + "00000000000003e8" + "0000000000000004"
                                + "02"
                                + "0000000000000000" + "0000000000000002" + "00000000000003e8"
                                + "0000000100000000" + "0000000000000004" + "00000000000003e8"
                                + "0000000000000102" + "0003" + "ffffffff" + "00000000000003e8" + "ffffffffffffffff"
                                + "01"
                                + "0000000800000001" + "0000000000000001" + "00000000000003e8"
                                + "00000001" // ended transactions
                                + "0000000000000002" + "0000000000000003");
        ProducerStateTable loaded = ProducerStateTable.load(ID, snapshot, NOW);
        assertThat(loaded.list()).isEqualTo(table.list());
        assertThat(loaded.snapshot(end)).isEqualTo(snapshot);
        assertThat(loaded.lastStableOffset(3)).isEqualTo(2);
        assertThat(loaded.lastStableOffset(100)).isEqualTo(4);
        table = loaded;
        assertThat(duplicateOf(258, 3, 7, 2).baseOffset()).isEqualTo(0);
    }

    @Test
    void everyDamagedByteOfASnapshotIsNoticed() {
        send(258, 3, 7, 2);
        byte[] snapshot = table.snapshot(end);
        for (int at = 0; at < snapshot.length; at++) {
            byte[] damaged = snapshot.clone();
            damaged[at] ^= 4;
            assertThatThrownBy(() -> ProducerStateTable.load(ID, damaged, NOW))
                    .isInstanceOf(DamagedSnapshotException.class);
        }
        for (int size = 0; size < snapshot.length; size++) {
            byte[] torn = java.util.Arrays.copyOf(snapshot, size);
            assertThatThrownBy(() -> ProducerStateTable.load(ID, torn, NOW))
                    .isInstanceOf(DamagedSnapshotException.class);
        }
    }

    @Test
    void aClientWithEverNewIdsDoesNotExhaustTheHeap() {
        for (int id = 0; id < ProducerStateTable.MAX_PRODUCERS + 5; id++) {
            ByteBuffer batch = batch(id, 0, 0, 1);
            table.appended(batch, 0, id);
            table.settled(end, Long.MAX_VALUE);
        }

        assertThat(table.count()).isLessThanOrEqualTo(ProducerStateTable.MAX_PRODUCERS);
        assertThat(table.list().get(table.count() - 1).producerId()).isEqualTo(ProducerStateTable.MAX_PRODUCERS + 4);
    }

    /** Null when taken. */
    private AppendError send(long id, int epoch, int sequence, int count) {
        ByteBuffer batch = batch(id, epoch, sequence, count);
        AppendOutcome outcome = table.check(batch, 0, AppendOrigin.CLIENT, end, 0);
        if (outcome != null) {
            end -= count;
            return outcome instanceof Rejected rejected ? rejected.error() : AppendError.DUPLICATE_SEQUENCE;
        }
        table.appended(batch, 0, NOW);
        return null;
    }

    private Duplicate duplicateOf(long id, int epoch, int sequence, int count) {
        ByteBuffer batch = batch(id, epoch, sequence, count);
        end -= count;
        return (Duplicate) table.check(batch, 0, AppendOrigin.CLIENT, end, 5);
    }

    private ByteBuffer batch(long id, int epoch, int sequence, int count) {
        BatchBuilder builder = new BatchBuilder().producer(id, (short) epoch, sequence);
        for (int i = 0; i < count; i++) {
            builder.append(NOW, null, new byte[1]);
        }
        ByteBuffer batch = builder.buildBuffer();
        BatchHeader.place(batch, 0, end, leaderEpoch);
        end += count;
        return batch;
    }

    private ByteBuffer transactional(long id, int epoch, int sequence) {
        ByteBuffer batch = new BatchBuilder()
                .producer(id, (short) epoch, sequence)
                .transactional()
                .append(NOW, null, new byte[1])
                .buildBuffer();
        BatchHeader.place(batch, 0, end++, 0);
        assertThat(table.check(batch, 0, AppendOrigin.CLIENT, end, 0)).isNull();
        table.appended(batch, 0, NOW);
        return batch;
    }

    private AbortedTransaction end(long id, int epoch, boolean commit) {
        ByteBuffer marker =
                new ControlBatch(commit, 2).build(id, (short) epoch, NOW).bytes();
        BatchHeader.place(marker, 0, end++, 0);
        assertThat(table.check(marker, 0, AppendOrigin.COORDINATOR, end, 0)).isNull();
        return table.appended(marker, 0, NOW);
    }
}
