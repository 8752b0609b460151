package io.millrace.log.producer;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.batch.Crc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The aborted transactions of a log or a segment, in the order of their markers, and their bytes in an index file. An entry
 * is of fixed size and carries its own checksum, so that a file may be appended to and a torn end is recognised:
 *
 * <pre>
 *   version            int16  1
 *   producer id        int64
 *   first offset       int64
 *   marker's offset    int64
 *   last stable offset int64
 *   crc                int32  CRC32C of the above
 * </pre>
 *
 * <p>Thread: the owner's.
 */
public final class AbortedTransactions {
    public static final int ENTRY_BYTES = Short.BYTES + 4 * Long.BYTES + Integer.BYTES;
    static final short VERSION = 1;
    private static final int WORDS = 4;

    private long[] words = new long[0];
    private int size;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Markers come in the order of the log. */
    public void add(AbortedTransaction aborted) {
        if (size > 0 && aborted.lastOffset() <= lastOffset(size - 1)) {
            throw new IllegalArgumentException("the abort marker at " + aborted.lastOffset()
                    + " does not follow the one at " + lastOffset(size - 1));
        }
        if (words.length == size * WORDS) {
            words = Arrays.copyOf(words, Math.max(WORDS, words.length * 2));
        }
        int at = size++ * WORDS;
        words[at] = aborted.producerId();
        words[at + 1] = aborted.firstOffset();
        words[at + 2] = aborted.lastOffset();
        words[at + 3] = aborted.lastStableOffset();
    }

    /** What a reader of {@code [from, toExclusive)} must know, by first offset. */
    public List<AbortedTransaction> in(long from, long toExclusive) {
        List<AbortedTransaction> found = null;
        for (int i = firstEndingAtOrAfter(from); i < size; i++) {
            AbortedTransaction aborted = get(i);
            if (aborted.firstOffset() < toExclusive) {
                found = found == null ? new ArrayList<>() : found;
                found.add(aborted);
            }
            if (aborted.lastStableOffset() >= toExclusive) {
                // Every later marker belongs to a transaction that begins at or beyond that offset.
                break;
            }
        }
        if (found == null) {
            return List.of();
        }
        found.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
        return found;
    }

    /** Forgets the markers from this offset on. */
    public void truncateTo(long endExclusive) {
        while (size > 0 && lastOffset(size - 1) >= endExclusive) {
            size--;
        }
    }

    /** Forgets the one that ended with this marker, because compaction has left nothing of it. */
    public void remove(long markerOffset) {
        int at = firstEndingAtOrAfter(markerOffset);
        if (at == size || lastOffset(at) != markerOffset) return;
        System.arraycopy(words, (at + 1) * WORDS, words, at * WORDS, (size - at - 1) * WORDS);
        size--;
    }

    /** Forgets the transactions that ended below the log's start. */
    public void dropBelow(long logStartOffset) {
        int dropped = firstEndingAtOrAfter(logStartOffset);
        if (dropped > 0) {
            words = Arrays.copyOfRange(words, dropped * WORDS, size * WORDS);
            size -= dropped;
        }
    }

    private int firstEndingAtOrAfter(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lastOffset(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long lastOffset(int index) {
        return words[index * WORDS + 2];
    }

    private AbortedTransaction get(int index) {
        int at = index * WORDS;
        return new AbortedTransaction(words[at], words[at + 1], words[at + 2], words[at + 3]);
    }

    /** Appends one entry's bytes at the buffer's position. */
    public static void encode(AbortedTransaction aborted, ByteBuffer out) {
        int at = out.position();
        out.putShort(VERSION)
                .putLong(aborted.producerId())
                .putLong(aborted.firstOffset())
                .putLong(aborted.lastOffset())
                .putLong(aborted.lastStableOffset());
        out.putInt(Crc.of(out, at, ENTRY_BYTES - Integer.BYTES));
    }

    /** All entries, ready to be written. */
    public ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(size * ENTRY_BYTES);
        for (int i = 0; i < size; i++) {
            encode(get(i), out);
        }
        return out.flip();
    }

    /**
     * Reads entries up to the end or to the first that is torn, damaged or out of order. The buffer's position is left
     * behind the last good one: what remains is to be cut off and rebuilt from the log.
     */
    public static AbortedTransactions decode(ByteBuffer in) {
        AbortedTransactions all = new AbortedTransactions();
        while (in.remaining() >= ENTRY_BYTES) {
            int at = in.position();
            boolean intact = in.getShort(at) == VERSION
                    && in.getInt(at + ENTRY_BYTES - Integer.BYTES) == Crc.of(in, at, ENTRY_BYTES - Integer.BYTES);
            long lastOffset = in.getLong(at + Short.BYTES + 2 * Long.BYTES);
            if (!intact || (all.size > 0 && lastOffset <= all.lastOffset(all.size - 1))) {
                break;
            }
            all.add(new AbortedTransaction(
                    in.getLong(at + Short.BYTES),
                    in.getLong(at + Short.BYTES + Long.BYTES),
                    lastOffset,
                    in.getLong(at + Short.BYTES + 3 * Long.BYTES)));
            in.position(at + ENTRY_BYTES);
        }
        return all;
    }
}
