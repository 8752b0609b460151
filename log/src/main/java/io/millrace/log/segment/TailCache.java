package io.millrace.log.segment;

import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest written payloads of one log, by reference, without a gap up to the written end. The shared
 * {@link TailBudget} takes the oldest away.
 *
 * <p>Thread: the owner's.
 */
final class TailCache {
    private final TailBudget budget;
    private Kept[] ring = new Kept[8];
    private int head;
    private int count;

    TailCache(TailBudget budget) {
        this.budget = budget;
    }

    /** Takes over one reference to the payload, whose batches cover {@code [baseOffset, endOffset)}. */
    void add(Payload payload, long baseOffset, long endOffset) {
        if (count > 0 && last().endOffset != baseOffset) clear();
        if (count == ring.length) grow();
        Kept kept = new Kept(payload, baseOffset, endOffset);
        ring[(head + count) & (ring.length - 1)] = kept;
        count++;
        budget.add(kept);
    }

    int count() {
        return count;
    }

    boolean holds(long offset) {
        return count > 0 && offset >= ring[head].baseOffset && offset < last().endOffset;
    }

    /** Whole batches from the one that holds {@code offset}; null when nothing fits. Call only when {@link #holds}. */
    ReadOutcome.FromMemory read(long offset, long limitExclusive, int maxBytes, boolean minOne) {
        List<Payload> found = new ArrayList<>(4);
        int size = 0;
        long next = offset;
        for (int i = indexOf(offset); i < count; i++) {
            Kept kept = at(i);
            boolean whole = kept.baseOffset >= next || kept.endOffset - kept.baseOffset == 1;
            if (whole && kept.endOffset <= limitExclusive && size + kept.sizeBytes() <= maxBytes) {
                found.add(kept.payload.retain());
                size += kept.sizeBytes();
                next = kept.endOffset;
                continue;
            }
            Cut cut = cut(kept, next, limitExclusive, maxBytes - size, minOne && size == 0);
            if (cut == null) break;
            found.add(cut.slice);
            size += cut.slice.sizeBytes();
            next = cut.nextOffset;
            if (next < kept.endOffset) break;
        }
        return found.isEmpty() ? null : new ReadOutcome.FromMemory(found, size, next);
    }

    /** The batches of one payload from the one that holds {@code offset}, within the limits; null when none fits. */
    private static Cut cut(Kept kept, long offset, long limitExclusive, int maxBytes, boolean minOne) {
        ByteBuffer b = kept.payload.bytes();
        int at = b.position();
        while (BatchHeader.nextOffset(b, at) <= offset) at += BatchHeader.sizeBytes(b, at);
        int from = at;
        long next = -1;
        while (at < b.limit()) {
            int size = BatchHeader.sizeBytes(b, at);
            boolean fits = at + size - from <= maxBytes || (minOne && at == from);
            if (!fits || BatchHeader.nextOffset(b, at) > limitExclusive) break;
            next = BatchHeader.nextOffset(b, at);
            at += size;
        }
        if (at == from) return null;
        Payload slice = from == b.position() && at == b.limit()
                ? kept.payload.retain()
                : kept.payload.retain().slice(from - b.position(), at - from);
        return new Cut(slice, next);
    }

    private int indexOf(long offset) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int mid = (low + high + 1) >>> 1;
            if (at(mid).baseOffset <= offset) {
                low = mid;
            } else {
                high = mid - 1;
            }
        }
        return low;
    }

    /** Drops every payload that reaches beyond {@code endExclusive}. */
    void dropFrom(long endExclusive) {
        while (count > 0 && last().endOffset > endExclusive) {
            Kept kept = last();
            count--;
            ring[(head + count) & (ring.length - 1)] = null;
            budget.remove(kept);
            kept.payload.release();
        }
    }

    /** Drops every payload that begins below {@code offset}. */
    void dropBelow(long offset) {
        while (count > 0 && ring[head].baseOffset < offset) {
            Kept kept = ring[head];
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            count--;
            budget.remove(kept);
            kept.payload.release();
        }
    }

    void clear() {
        dropFrom(Long.MIN_VALUE);
    }

    private Kept at(int i) {
        return ring[(head + i) & (ring.length - 1)];
    }

    private Kept last() {
        return at(count - 1);
    }

    private void grow() {
        Kept[] larger = new Kept[ring.length * 2];
        for (int i = 0; i < count; i++) larger[i] = at(i);
        ring = larger;
        head = 0;
    }

    private record Cut(Payload slice, long nextOffset) {}

    /** One payload of this log in the shared budget. */
    private final class Kept extends TailBudget.Entry {
        final Payload payload;
        final long baseOffset;
        final long endOffset;

        Kept(Payload payload, long baseOffset, long endOffset) {
            super(payload.sizeBytes());
            this.payload = payload;
            this.baseOffset = baseOffset;
            this.endOffset = endOffset;
        }

        /** The budget evicts in the order of adding, so this is always the oldest of its log. */
        @Override
        protected void evicted() {
            if (ring[head] != this) throw new IllegalStateException("evicted out of order");
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            count--;
            payload.release();
        }
    }
}
