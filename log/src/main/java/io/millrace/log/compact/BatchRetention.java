package io.millrace.log.compact;

import io.millrace.log.LogConfig;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.BatchRewrite;
import io.millrace.log.batch.RecordCursor;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * What becomes of one batch in a pass, by KAFKA's rules.
 *
 * <ul>
 *   <li>A record stays when it lies beyond what the pass has taken in, or is the last of its key; a tombstone among
 *       those only until the batch's delete horizon.
 *   <li>The horizon (KIP-534) is set by the first pass that meets a tombstone or a marker without a transaction, to
 *       {@code delete.retention.ms} from then: it takes the place of the header's base timestamp, and bit 6 says so.
 *   <li>Offsets never change: a batch keeps its base offset and last offset delta, however few of its records stay.
 *   <li>An emptied batch goes, unless it is a producer's last, begins a leader epoch, or ends what becomes one segment:
 *       then its header stays, so that producers, epochs and ends can be read from the log alone.
 * </ul>
 *
 * <p>Thread: one.
 */
public final class BatchRetention {
    private static final long NEVER_SET = -1;

    private final OffsetMap map;
    private final TransactionTrail trail;
    private final LastBatches lastBatches;
    private final EpochStarts epochStarts;
    private final LogConfig config;
    private final long nowMs;
    private final BitSet kept = new BitSet();
    private long recordsKept;
    private long recordsSeen;

    /** Where leader epochs begin. */
    public interface EpochStarts {
        boolean contains(long offset);
    }

    public BatchRetention(
            OffsetMap map,
            TransactionTrail trail,
            LastBatches lastBatches,
            EpochStarts epochStarts,
            LogConfig config,
            long nowMs) {
        this.map = map;
        this.trail = trail;
        this.lastBatches = lastBatches;
        this.epochStarts = epochStarts;
        this.config = config;
        this.nowMs = nowMs;
    }

    /**
     * What stays of the batch at an index of a heap buffer: null for nothing, the same buffer when all of it stays as it
     * is, else another one that holds just what stays.
     *
     * @param endsSegment whether it is the last one of what becomes a segment
     */
    public ByteBuffer apply(ByteBuffer b, int at, boolean endsSegment) {
        boolean superfluous = trail.isSuperfluous(b, at);
        boolean control = BatchHeader.isControl(b, at);
        boolean hasHorizon = BatchHeader.hasDeleteHorizon(b, at);
        long horizon = hasHorizon ? BatchHeader.baseTimestamp(b, at) : NEVER_SET;
        boolean dropAll = superfluous && (!control || (hasHorizon && horizon <= nowMs));
        boolean tombstones = select(b, at, dropAll, control, hasHorizon && nowMs >= horizon);
        int count = BatchHeader.recordCount(b, at);
        recordsSeen += count;
        recordsKept += kept.cardinality();
        if (kept.isEmpty()) {
            boolean ofProducer = lastBatches.holds(b, at);
            if (!ofProducer && !endsSegment && !epochStarts.contains(BatchHeader.baseOffset(b, at))) return null;
            boolean asItIs = count == 0 && (ofProducer || !BatchHeader.hasProducerId(b, at));
            return asItIs ? b : BatchRewrite.headerOnly(b, at, ofProducer);
        }
        boolean setsHorizon = !hasHorizon && (tombstones || (superfluous && control));
        if (kept.cardinality() == count && !setsHorizon) return b;
        long newHorizon = setsHorizon ? later(nowMs, config.deleteRetentionMs()) : horizon;
        return BatchRewrite.of(b, at, kept, setsHorizon || hasHorizon, newHorizon, config);
    }

    private static long later(long nowMs, long ms) {
        return ms > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + ms;
    }

    /** @return whether a record without a value stays */
    private boolean select(ByteBuffer b, int at, boolean dropAll, boolean control, boolean tombstonesGo) {
        kept.clear();
        if (dropAll) return false;
        if (control) {
            kept.set(0, BatchHeader.recordCount(b, at));
            return false;
        }
        boolean tombstones = false;
        try (RecordCursor cursor = RecordCursor.read(b, at, config.maxDecompressedMessageBytes())) {
            while (cursor.next()) {
                if (!stays(cursor, tombstonesGo)) continue;
                kept.set(cursor.index());
                tombstones |= !cursor.hasValue();
            }
        }
        return tombstones;
    }

    private boolean stays(RecordCursor record, boolean tombstonesGo) {
        if (record.offset() > map.latestOffset()) return true;
        if (!record.hasKey()) return false;
        return record.offset() >= map.get(record.key()) && (record.hasValue() || !tombstonesGo);
    }

    public long recordsSeen() {
        return recordsSeen;
    }

    public long recordsKept() {
        return recordsKept;
    }
}
