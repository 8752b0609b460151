package io.millrace.client.produce;

import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.Sequences;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The batches of one partition in their order: at most one is on its way, so that none can overtake another.
 *
 * <p>While one is on its way the next gets fuller; with batches of 224 KiB one partition still takes hundreds of megabytes a
 * second.
 *
 * <p>Thread: the producer's context.
 */
final class PartitionQueue {
    /** A partition that takes nothing larger gets its records almost one by one. */
    private static final int LEAST_BYTES = 256;

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
    private int mostBytes = Integer.MAX_VALUE;

    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private int nextSequence;

    PartitionQueue(TopicPartition partition) {
        this.partition = partition;
    }

    /** Gives the head its identity if it has none yet. */
    Batch prepareHead(long currentProducerId, short epoch) {
        Batch head = batches.peekFirst();
        if (!head.isBuilt()) {
            if (!head.isIdentified() || !head.mustStayWhole() && head.producerId() != currentProducerId) {
                // A half that nobody can have: if the one before it is in doubt its
                // sequences are no longer the next ones.
                identify(head, currentProducerId, epoch);
            }
            head.build();
        }
        return head;
    }

    private void identify(Batch head, long currentProducerId, short epoch) {
        if (producerId != currentProducerId) {
            producerId = currentProducerId;
            nextSequence = 0;
        }
        head.identify(currentProducerId, epoch, nextSequence);
        nextSequence = Sequences.plus(nextSequence, head.count());
    }

    /** What was the head was refused and is nowhere: those after it take its sequences. */
    void headWasNotAppended(Batch head) {
        if (head.producerId() == producerId) {
            nextSequence = Sequences.minus(nextSequence, head.count());
        }
        for (Batch next : batches) {
            if (next.isIdentified() && next.producerId() == head.producerId()) {
                next.moveUp(head.count());
            }
        }
    }

    /**
     * The head was refused for its size: two of half the size take its place, and those to come are no larger than they (as {@code
     * RecordAccumulator.splitAndReenqueue} of Kafka's producer does it for the next ones of a batch that is split again).
     *
     * @return false when it is a single record, which can only fail
     */
    boolean splitHead() {
        Batch head = batches.peekFirst();
        if (head.count() < 2) {
            return false;
        }
        batches.pollFirst();
        List<Batch> halves = head.split();
        batches.addFirst(halves.get(1));
        batches.addFirst(halves.get(0));
        mostBytes = Math.min(mostBytes, Math.max(LEAST_BYTES, head.plainSizeBytes() / 2));
        expectedBytes = Math.min(expectedBytes, mostBytes);
        return true;
    }

    /** What a batch of this partition may get, given what the producer's options say. */
    int mostBytes(int batchBytes) {
        return Math.min(mostBytes, batchBytes);
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
