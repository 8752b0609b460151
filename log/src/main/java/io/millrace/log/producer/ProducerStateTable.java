package io.millrace.log.producer;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import io.millrace.log.compact.LastBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producers of one partition, as Apache Kafka keeps them: producer id to epoch, last five batches, coordinator epoch
 * and open transaction. A partition without idempotent producers holds four null references.
 *
 * <p>Use, in this order: {@link #check} a batch; place it; {@link #appended} at once, so that the next batch in flight is
 * checked against it; {@link #settled} when the file has it, or {@link #undoTo} when the write failed or the log is cut. Batches that come
 * from a log (replication) are not checked, their leader did that; those read in recovery go to {@link #replay}.
 *
 * <p>The rules of the check stand at {@link ProducerPolicy}.
 *
 * <p>Thread: the owner's.
 */
public final class ProducerStateTable implements ProducersView {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerStateTable.class);
    /** A client that takes a new id for every batch must not exhaust the heap: the longest unseen make room. */
    static final int MAX_PRODUCERS = 100_000;

    private final TopicPartitionId id;
    private ProducerMap producers;
    private Transactions transactions;
    private UndoJournal journal;
    /** What lies below is not undone any more. */
    private long settledEnd;

    public ProducerStateTable(TopicPartitionId id) {
        this.id = id;
    }

    /**
     * What a leader answers to the batch at an index of a buffer, before it is placed.
     *
     * @param offset where it would be placed; for the message only
     * @param logStartOffset for the answer to a duplicate
     * @return null when it is new and may be appended
     */
    public AppendOutcome check(ByteBuffer b, int at, AppendOrigin origin, long offset, long logStartOffset) {
        if (!BatchHeader.hasProducerId(b, at) || origin == AppendOrigin.REPLICATION || producers == null) {
            return null;
        }
        ProducerState state = producers.get(BatchHeader.producerId(b, at));
        if (state == null) {
            return null;
        }
        if (BatchHeader.isControl(b, at)) {
            ControlBatch marker = marker(b, at);
            return marker == null ? null : ProducerPolicy.checkMarker(id, b, at, state, marker, offset);
        }
        return ProducerPolicy.check(id, b, at, state, origin, offset, logStartOffset);
    }

    /**
     * Takes note of a batch that has been given its offset, of any origin.
     *
     * @return the transaction that this batch's marker aborted; null for every other batch
     */
    public AbortedTransaction appended(ByteBuffer b, int at, long nowMs) {
        return apply(b, at, nowMs, true);
    }

    /** Takes note of a batch that is in the file already: in recovery, and after a truncation. */
    public AbortedTransaction replay(ByteBuffer b, int at, long nowMs) {
        AbortedTransaction aborted = apply(b, at, nowMs, false);
        settledEnd = Math.max(settledEnd, BatchHeader.nextOffset(b, at));
        return aborted;
    }

    private AbortedTransaction apply(ByteBuffer b, int at, long nowMs, boolean undoable) {
        if (!BatchHeader.hasProducerId(b, at)) {
            return null;
        }
        boolean control = BatchHeader.isControl(b, at);
        ControlBatch marker = control ? marker(b, at) : null;
        if (control && marker == null) {
            return null;
        }
        long producerId = BatchHeader.producerId(b, at);
        short epoch = BatchHeader.producerEpoch(b, at);
        if (producers == null) {
            producers = new ProducerMap();
        }
        ProducerState known = producers.get(producerId);
        if (known == null && producers.size() >= MAX_PRODUCERS) {
            dropLongestUnseen();
        }
        boolean replacing = known != null && known.epoch != epoch;
        if (undoable) {
            journal = journal == null ? new UndoJournal() : journal;
            journal.note(BatchHeader.baseOffset(b, at), producerId, known, replacing);
        }
        ProducerState state = known == null || replacing ? successor(known, producerId, epoch) : known;
        state.lastSeenMs = nowMs;
        if (marker != null) {
            return endTransaction(b, at, state, marker);
        }
        addBatch(b, at, state);
        return null;
    }

    /** A marker that cannot be read ends no transaction; refusing it here would keep the whole log from being loaded. */
    private ControlBatch marker(ByteBuffer b, int at) {
        try {
            return ControlBatch.read(b, at);
        } catch (BatchException malformed) {
            LOG.error(
                    "the control batch at offset {} of {} is passed over: {}",
                    BatchHeader.baseOffset(b, at),
                    id,
                    malformed.getMessage());
            return null;
        }
    }

    private ProducerState successor(ProducerState known, long producerId, short epoch) {
        ProducerState state = new ProducerState(producerId, epoch);
        if (known != null) {
            state.coordinatorEpoch = known.coordinatorEpoch;
            state.lastTimestampMs = known.lastTimestampMs;
            state.txnFirstOffset = known.txnFirstOffset;
        }
        producers.put(state);
        return state;
    }

    private void addBatch(ByteBuffer b, int at, ProducerState state) {
        state.add(
                BatchHeader.lastSequence(b, at),
                BatchHeader.lastOffsetDelta(b, at),
                BatchHeader.lastOffset(b, at),
                BatchHeader.maxTimestamp(b, at),
                BatchHeader.leaderEpoch(b, at));
        if (BatchHeader.isTransactional(b, at) && state.txnFirstOffset < 0) {
            state.txnFirstOffset = BatchHeader.baseOffset(b, at);
            transactions().began(state.txnFirstOffset, state.producerId);
        }
    }

    private AbortedTransaction endTransaction(ByteBuffer b, int at, ProducerState state, ControlBatch marker) {
        long first = state.txnFirstOffset;
        state.coordinatorEpoch = marker.coordinatorEpoch();
        state.lastTimestampMs = BatchHeader.maxTimestamp(b, at);
        state.txnFirstOffset = ProducerState.NO_OFFSET;
        if (first < 0) {
            return null;
        }
        long markerOffset = BatchHeader.baseOffset(b, at);
        transactions().ended(first, markerOffset);
        return marker.commit()
                ? null
                : new AbortedTransaction(
                        state.producerId, first, markerOffset, transactions.firstOpen(markerOffset + 1));
    }

    private Transactions transactions() {
        if (transactions == null) {
            transactions = new Transactions();
        }
        return transactions;
    }

    /**
     * What is in the file and committed will not be undone, and of the rest of the file only as much as is worth the memory.
     *
     * @param committedEnd may lie beyond what is written
     */
    public void settled(long writtenEnd, long committedEnd) {
        long end = Math.min(writtenEnd, committedEnd);
        settledEnd = Math.max(settledEnd, end);
        if (journal != null) {
            journal.forgetBelow(end);
            settledEnd = Math.max(settledEnd, journal.boundBelow(writtenEnd) + 1);
        }
    }

    /**
     * Takes back every batch from this offset on, which is where a batch starts or the log ends.
     *
     * @return false when some of them are settled: nothing was changed, the caller loads a snapshot and replays the log
     */
    public boolean undoTo(long endExclusive) {
        if (endExclusive < settledEnd && (producers != null || transactions != null)) {
            return false;
        }
        settledEnd = Math.min(settledEnd, endExclusive);
        while (journal != null && journal.newestOffset() >= endExclusive) {
            undoNewest();
        }
        return true;
    }

    private void undoNewest() {
        long producerId = journal.newestProducerId();
        ProducerState present = producers.get(producerId);
        ProducerState replaced = journal.newestReplaced();
        long openBefore = present == null ? ProducerState.NO_OFFSET : present.txnFirstOffset;
        if (replaced == UndoJournal.ABSENT) {
            producers.remove(producerId);
        } else if (replaced != null) {
            producers.put(replaced);
        } else if (present != null) {
            journal.restoreInto(present);
        }
        journal.dropNewest();
        ProducerState restored = producers.get(producerId);
        long openAfter = restored == null ? ProducerState.NO_OFFSET : restored.txnFirstOffset;
        if (openBefore != openAfter) {
            if (openBefore >= 0) {
                transactions().neverBegan(openBefore);
            }
            if (openAfter >= 0) {
                transactions().neverEnded(openAfter, producerId);
            }
        }
    }

    /** Up to where a reader of committed data may read. */
    public long lastStableOffset(long highWatermark) {
        return transactions == null || transactions.isEmpty()
                ? highWatermark
                : transactions.lastStableOffset(highWatermark);
    }

    /** Ended transactions below the new log start hold nothing back any more. */
    public void advanceLogStart(long logStartOffset) {
        if (transactions != null) {
            transactions.dropBelow(logStartOffset);
        }
    }

    /**
     * Forgets producers that have sent nothing for {@code producer.id.expiration.ms}, by the owner's clock, unless they
     * have a transaction open.
     */
    public void expire(long nowMs, long expirationMs) {
        if (journal != null) {
            journal.trim();
        }
        if (producers != null) {
            producers.removeIf(state -> state.txnFirstOffset < 0
                    && nowMs - state.lastSeenMs >= expirationMs
                    && (journal == null || !journal.names(state.producerId)));
            if (producers.size() == 0) {
                producers = null;
            }
        }
    }

    private void dropLongestUnseen() {
        long[] seen = Arrays.stream(producers.sorted())
                .filter(state -> state.txnFirstOffset < 0)
                .mapToLong(state -> state.lastSeenMs)
                .sorted()
                .toArray();
        if (seen.length > 0) {
            long cut = seen[seen.length / 8];
            producers.removeIf(state -> state.txnFirstOffset < 0 && state.lastSeenMs <= cut);
        }
    }

    /** Forgets everything: the log begins anew elsewhere. */
    public void clear(long nextOffset) {
        producers = null;
        transactions = null;
        journal = null;
        settledEnd = nextOffset;
    }

    /**
     * The state as it was before the batch at this offset, for a file: see {@link ProducerSnapshot} for the layout.
     *
     * @param endExclusive nothing below it may still be undone, or it is the end of what is assigned
     */
    public byte[] snapshot(long endExclusive) {
        if (endExclusive < settledEnd) {
            throw new IllegalArgumentException(
                    "the producers of " + id + " at " + endExclusive + " are gone: settled is " + settledEnd);
        }
        ProducerStateTable then = this;
        if (journal != null && journal.newestOffset() >= endExclusive) {
            then = copy();
            then.undoTo(endExclusive);
        }
        return ProducerSnapshot.encode(endExclusive, then.sorted(), then.transactions);
    }

    /**
     * The state that a snapshot holds.
     *
     * @throws DamagedSnapshotException when its bytes are not what was written
     */
    public static ProducerStateTable load(TopicPartitionId id, byte[] snapshot, long nowMs) {
        ProducerStateTable table = new ProducerStateTable(id);
        table.settledEnd = ProducerSnapshot.decode(
                snapshot,
                state -> {
                    if (table.producers == null) {
                        table.producers = new ProducerMap();
                    }
                    // It may have been seen just before the snapshot was taken: its full time starts again.
                    state.lastSeenMs = nowMs;
                    table.producers.put(state);
                    if (state.txnFirstOffset >= 0) {
                        table.transactions().began(state.txnFirstOffset, state.producerId);
                    }
                },
                (first, marker) -> table.transactions().ended(first, marker));
        return table;
    }

    private ProducerState[] sorted() {
        return producers == null ? new ProducerState[0] : producers.sorted();
    }

    private ProducerStateTable copy() {
        ProducerStateTable copy = new ProducerStateTable(id);
        copy.producers = new ProducerMap();
        producers.forEach(state -> copy.producers.put(state.copy()));
        copy.transactions = transactions == null ? null : transactions.copy();
        copy.journal = journal.copy();
        copy.settledEnd = settledEnd;
        return copy;
    }

    /** Where the last batch of each producer below that offset is, as far as it is known. */
    public LastBatches lastBatches(long committedEnd) {
        if (producers == null) return LastBatches.NONE;
        Map<Long, LastBatches.Last> last = new HashMap<>();
        producers.forEach(state ->
                last.put(state.producerId, new LastBatches.Last(state.epoch, lastCommitted(state, committedEnd))));
        return new LastBatches(last);
    }

    private static long lastCommitted(ProducerState state, long committedEnd) {
        if (state.batchCount() == 0) return ProducerState.NO_OFFSET;
        for (int age = 0; age < state.batchCount(); age++) {
            long lastOffset = state.lastOffset(state.slot(age));
            if (lastOffset < committedEnd) return lastOffset;
        }
        return LastBatches.ANY;
    }

    public boolean isEmpty() {
        return count() == 0;
    }

    @Override
    public int count() {
        return producers == null ? 0 : producers.size();
    }

    @Override
    public boolean knows(long producerId) {
        return producers != null && producers.get(producerId) != null;
    }

    @Override
    public List<Producer> list() {
        List<Producer> rows = new ArrayList<>(count());
        for (ProducerState state : sorted()) {
            rows.add(new Producer(
                    state.producerId,
                    state.epoch,
                    state.lastSequence(),
                    state.lastTimestampMs,
                    state.coordinatorEpoch,
                    state.txnFirstOffset));
        }
        return rows;
    }
}
