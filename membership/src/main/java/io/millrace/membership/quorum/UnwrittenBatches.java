package io.millrace.membership.quorum;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * Batches that the log has been asked to keep and has not written yet. While the disk is full they wait here and are
 * offered again, so that a full disk delays a proposal and loses none.
 *
 * <p>Thread: the owner's.
 */
final class UnwrittenBatches {
    /** Given to the log, oldest first. */
    private final Deque<QuorumBatch> offered = new ArrayDeque<>();
    /** Not yet given to the log, or given back by it; they follow the offered ones. */
    private final Deque<QuorumBatch> waiting = new ArrayDeque<>();

    void add(QuorumBatch batch) {
        waiting.addLast(batch);
    }

    /** Gives the log what waits, until it refuses one. */
    void offerTo(Predicate<QuorumBatch> log) {
        while (!waiting.isEmpty() && log.test(waiting.peekFirst())) {
            offered.addLast(waiting.removeFirst());
        }
    }

    boolean anyWaiting() {
        return !waiting.isEmpty();
    }

    void writtenTo(long endOffset) {
        while (!offered.isEmpty() && offered.peekFirst().endOffset() <= endOffset) {
            offered.removeFirst();
        }
    }

    /** The log could not write from this offset on and has cut itself back to it. */
    void givenBackFrom(long offset) {
        while (!offered.isEmpty() && offered.peekLast().baseOffset() >= offset) {
            waiting.addFirst(offered.removeLast());
        }
    }

    void cutTo(long endOffset) {
        List<QuorumBatch> kept = new ArrayList<>(waiting);
        kept.removeIf(batch -> batch.endOffset() > endOffset);
        waiting.clear();
        waiting.addAll(kept);
        while (!offered.isEmpty() && offered.peekLast().endOffset() > endOffset) {
            offered.removeLast();
        }
    }
}
