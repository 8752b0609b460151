package io.millrace.log.segment;

import io.millrace.log.EpochEnd;
import java.util.Arrays;

/**
 * Which leader epoch started at which offset (KIP-101, KIP-320). Entries rise in both. Durable with each checkpoint;
 * what is younger is rebuilt from the batches, which carry their epoch.
 *
 * <p>Thread: the owner's (or the one that builds it).
 */
public final class EpochHistory {
    private static final int[] NO_EPOCHS = {};
    private static final long[] NO_STARTS = {};

    private int[] epochs;
    private long[] starts;
    private int count;

    public EpochHistory() {
        this(NO_EPOCHS, NO_STARTS);
    }

    /** Takes the arrays over. */
    public EpochHistory(int[] epochs, long[] starts) {
        if (epochs.length != starts.length) throw new IllegalArgumentException("one start per epoch");
        this.epochs = epochs;
        this.starts = starts;
        this.count = epochs.length;
    }

    public int latestEpoch() {
        return count == 0 ? -1 : epochs[count - 1];
    }

    public int count() {
        return count;
    }

    public int[] epochs() {
        return Arrays.copyOf(epochs, count);
    }

    public long[] starts() {
        return Arrays.copyOf(starts, count);
    }

    /** As below, without a gap. */
    public void assign(int epoch, long offset) {
        assign(epoch, offset, offset);
    }

    /**
     * Notes that {@code epoch} starts at {@code offset}, unless it has begun already. It may be older than the latest: a
     * leader that wrote nothing in its epoch may later be sent batches of the epochs before it.
     *
     * @param logEnd where the log ended so far: before {@code offset} when compaction has left out what was there
     */
    public void assign(int epoch, long offset, long logEnd) {
        if (epoch < 0 || epoch == latestEpoch()) return;
        // An epoch that wrote nothing leaves no trace.
        while (count > 0 && starts[count - 1] >= logEnd) count--;
        if (epoch <= latestEpoch()) return;
        if (count == epochs.length) {
            int size = count == 0 ? 1 : count * 2;
            epochs = Arrays.copyOf(epochs, size);
            starts = Arrays.copyOf(starts, size);
        }
        epochs[count] = epoch;
        starts[count] = offset;
        count++;
    }

    /** The largest known epoch at or below the asked one, and where the next one starts. */
    public EpochEnd endOffsetFor(int epoch, long logEnd) {
        if (epoch < 0 || count == 0) return EpochEnd.UNKNOWN;
        if (epoch == latestEpoch()) return new EpochEnd(epoch, logEnd);
        int higher = 0;
        while (higher < count && epochs[higher] <= epoch) higher++;
        if (higher == count) return EpochEnd.UNKNOWN;
        // Older than all that is known: it ended where the known ones begin.
        return new EpochEnd(higher == 0 ? epoch : epochs[higher - 1], starts[higher]);
    }

    public int epochAt(long offset) {
        for (int i = count - 1; i >= 0; i--) {
            if (starts[i] <= offset) return epochs[i];
        }
        return -1;
    }

    public void truncateFromEnd(long endExclusive) {
        while (count > 0 && starts[count - 1] >= endExclusive) count--;
    }

    /**
     * The log was to be cut at {@code wanted}, which turned out to lie inside of a batch. An epoch that began there since
     * begins where the log now ends.
     */
    void cutFurther(long wanted, long endExclusive) {
        int epoch = count > 0 && starts[count - 1] >= wanted ? latestEpoch() : -1;
        truncateFromEnd(endExclusive);
        assign(epoch, endExclusive);
    }

    /** The epoch in force at the new start stays, and starts there. */
    public void truncateFromStart(long newStart) {
        int first = 0;
        while (first + 1 < count && starts[first + 1] <= newStart) first++;
        if (first > 0) {
            System.arraycopy(epochs, first, epochs, 0, count - first);
            System.arraycopy(starts, first, starts, 0, count - first);
            count -= first;
        }
        if (count > 0 && starts[0] < newStart) starts[0] = newStart;
    }

    public void clear() {
        count = 0;
    }
}
