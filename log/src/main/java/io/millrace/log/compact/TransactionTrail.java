package io.millrace.log.compact;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks through the batches of a log in order and knows which belong to an aborted transaction, and which markers have
 * nothing left of theirs before them. KAFKA: data of aborted transactions goes at once; a marker may go, after
 * {@code delete.retention.ms}, when a pass has met no batch of its transaction.
 *
 * <p>An abort marker stays as long as the log's index of aborted transactions names it: a reader that is told of the
 * transaction and never meets its marker would hide the next one of the same producer. {@link #emptyAborts} are those
 * whose entry may go first.
 *
 * <p>Thread: one.
 */
public final class TransactionTrail {
    private final List<AbortedTransaction> aborted;
    private int next;
    /** Producer id to whether a batch of its aborted transaction was met. */
    private final Map<Long, Boolean> abortedNow = new HashMap<>();

    private final Set<Long> otherwiseOpen = new HashSet<>();
    private final Set<Long> indexedMarkers = new HashSet<>();
    private final List<Long> emptyAborts = new ArrayList<>();

    /** @param aborted those that end in the part of the log that is walked */
    public TransactionTrail(List<AbortedTransaction> aborted) {
        this.aborted = new ArrayList<>(aborted);
        this.aborted.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
        for (AbortedTransaction transaction : aborted) indexedMarkers.add(transaction.lastOffset());
    }

    /** Whether nothing of the batch need be kept: data of an aborted transaction, or a marker without a transaction. */
    public boolean isSuperfluous(ByteBuffer b, int at) {
        long last = BatchHeader.lastOffset(b, at);
        while (next < aborted.size() && aborted.get(next).firstOffset() <= last) {
            abortedNow.putIfAbsent(aborted.get(next++).producerId(), false);
        }
        if (BatchHeader.isControl(b, at)) return markerIsSuperfluous(b, at);
        if (!BatchHeader.isTransactional(b, at)) return false;
        long producerId = BatchHeader.producerId(b, at);
        if (abortedNow.replace(producerId, true) != null) return true;
        otherwiseOpen.add(producerId);
        return false;
    }

    private boolean markerIsSuperfluous(ByteBuffer b, int at) {
        long producerId = BatchHeader.producerId(b, at);
        ControlBatch marker;
        try {
            marker = ControlBatch.read(b, at);
        } catch (BatchException unreadable) {
            return false;
        }
        if (marker == null) return BatchHeader.recordCount(b, at) == 0;
        if (marker.commit()) return !otherwiseOpen.remove(producerId);
        Boolean met = abortedNow.remove(producerId);
        boolean nothingLeft = !otherwiseOpen.remove(producerId) && (met == null || !met);
        long offset = BatchHeader.baseOffset(b, at);
        if (!indexedMarkers.contains(offset)) return nothingLeft;
        if (nothingLeft) emptyAborts.add(offset);
        return false;
    }

    /** Offsets of the abort markers whose entry in the index of aborted transactions has no data to hide any more. */
    public List<Long> emptyAborts() {
        return emptyAborts;
    }
}
