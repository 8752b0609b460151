package io.millrace.client.produce;

import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.Sequences;
import java.util.ArrayDeque;

/**
 * The batches of one partition in their order: at most one is on its way, so that none can overtake another.
 *
 * <p>While one is on its way the next gets fuller; with batches of 128 KiB one partition still takes hundreds of megabytes a
 * second.
 *
 * <p>Thread: the producer's context.
 */
final class PartitionQueue {
    final TopicPartition partition;
    final ArrayDeque<Batch> batches = new ArrayDeque<>();
    /** The head of {@link #batches} is on its way. */
    boolean inFlight;
    /** Counts sendings, so that the answer of one that was given up is known as such. */
    int attempt;
    /** Not before this time, after a failure. */
    long notBeforeNanos;

    long backoffMs;
    private int expectedBytes;

    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private int nextSequence;

    PartitionQueue(TopicPartition partition) {
        this.partition = partition;
    }

    /** Gives the head its identity if it has none yet. */
    Batch prepareHead(long currentProducerId, short epoch) {
        Batch head = batches.peekFirst();
        if (!head.isBuilt()) {
            if (producerId != currentProducerId) {
                producerId = currentProducerId;
                nextSequence = 0;
            }
            head.build(currentProducerId, epoch, nextSequence);
            nextSequence = Sequences.plus(nextSequence, head.count());
        }
        return head;
    }

    /** The head was refused and is nowhere: the next one takes its sequence. */
    void headWasNotAppended(Batch head) {
        if (head.producerId() == producerId) {
            nextSequence = head.sequence();
        }
    }

    /** The next batch is likely to be about as large as one before it; somewhat more, lest it should grow at its end. */
    void expect(int likeBytes, int mostBytes) {
        expectedBytes = Math.min(mostBytes, likeBytes + likeBytes / 8);
    }

    int expectedBytes() {
        return expectedBytes;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }
}
