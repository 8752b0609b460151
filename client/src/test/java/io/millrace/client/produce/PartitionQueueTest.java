package io.millrace.client.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogRecord;
import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.compress.Compression;
import org.junit.jupiter.api.Test;

/** Sequences across a split: what was sent under some of them is sent again under the same ones. */
class PartitionQueueTest {
    private static final long ID = 7;

    private final PartitionQueue queue = new PartitionQueue(new TopicPartition("t", 0));

    private Batch batch(int records) {
        Batch batch = new Batch(0, Compression.GZIP, new byte[0], 0);
        for (int i = 0; i < records; i++) {
            batch.add(new LogRecord("t", null, new byte[100]), 1);
        }
        queue.batches.add(batch);
        return batch;
    }

    /** The first sequence and the number of records of what is sent next. */
    private String next() {
        Batch head = queue.prepareHead(ID, (short) 3);
        assertThat(BatchHeader.isIntact(head.bytes(), 0)).isTrue();
        return BatchHeader.baseSequence(head.bytes(), 0) + "+" + BatchHeader.recordCount(head.bytes(), 0);
    }

    private void acknowledged(long offset) {
        queue.batches.pollFirst().succeed(offset, -1);
    }

    @Test
    void halvesTakeTheSequencesOfTheirRecordsAndTheNextBatchGoesOnAfterThem() {
        Batch first = batch(4);
        assertThat(next()).isEqualTo("0+4");
        acknowledged(0);
        Batch split = batch(5);
        batch(2);
        assertThat(next()).isEqualTo("4+5");

        assertThat(queue.splitHead()).isTrue();

        assertThat(next()).isEqualTo("4+2");
        assertThat(next()).as("sent again").isEqualTo("4+2");
        acknowledged(40);
        assertThat(split.settled().isComplete()).isFalse();
        assertThat(next()).isEqualTo("6+3");
        acknowledged(50);
        assertThat(next()).isEqualTo("9+2");
        assertThat(first.place("t", 3).offset()).isEqualTo(3);
        assertThat(split.place("t", 1).offset()).isEqualTo(41);
        assertThat(split.place("t", 2).offset()).isEqualTo(50);
        assertThat(split.place("t", 4).offset()).isEqualTo(52);
    }

    @Test
    void afterARecordThatFailsByItselfTheOthersTakeItsSequence() {
        Batch split = batch(3);
        batch(1);
        next();
        queue.splitHead();
        assertThat(next()).isEqualTo("0+1");

        assertThat(queue.splitHead()).as("a single record").isFalse();
        Batch refused = queue.batches.pollFirst();
        queue.headWasNotAppended(refused);
        refused.fail(new LogException(LogError.MESSAGE_TOO_LARGE, null));

        assertThat(next()).isEqualTo("0+2");
        acknowledged(10);
        assertThat(next()).isEqualTo("2+1");
        assertThat(split.appended().failed()).isTrue();
        assertThat(split.place("t", 2).offset()).isEqualTo(11);
    }

    @Test
    void aHalfThatNobodyCanHaveGoesUnderTheNewIdWhenTheOneBeforeItIsInDoubt() {
        Batch split = batch(4);
        next();
        split.leaves();
        queue.splitHead();
        next();
        queue.batches.pollFirst().fail(new LogException(LogError.TIMED_OUT, null));

        Batch right = queue.prepareHead(ID + 1, (short) 0);

        assertThat(right.producerId()).isEqualTo(ID + 1);
        assertThat(right.sequence()).isZero();
    }

    @Test
    void aHalfOfOneThatMayBeSomewhereKeepsItsSequences() {
        Batch split = batch(4);
        next();
        split.leaves();
        split.leaves();
        queue.splitHead();
        next();
        queue.batches.pollFirst().fail(new LogException(LogError.OUT_OF_ORDER_SEQUENCE_NUMBER, null));

        Batch right = queue.prepareHead(ID + 1, (short) 0);

        assertThat(right.producerId()).isEqualTo(ID);
        assertThat(right.sequence()).isEqualTo(2);
    }

    @Test
    void nothingIsAddedToAHalfThatWaits() {
        batch(4);
        next();

        queue.splitHead();

        assertThat(queue.batches).hasSize(2).allMatch(Batch::isIdentified);
        assertThat(queue.mostBytes(1 << 20)).isLessThan(400);
    }
}
