package io.millrace.membership.quorum;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * At which offset each epoch began, for comparing two logs without reading them.
 *
 * <p>Thread: the owner's.
 */
final class EpochHistory {
    private final TreeMap<Integer, Long> starts = new TreeMap<>();

    /** Notes the first batch of an epoch; later batches of it change nothing. */
    void note(int epoch, long startOffset) {
        Map.Entry<Integer, Long> last = starts.lastEntry();
        if (last != null && epoch < last.getKey()) {
            throw new IllegalStateException("epoch " + epoch + " after epoch " + last.getKey());
        }
        starts.putIfAbsent(epoch, startOffset);
    }

    /** 0 when nothing is known. */
    int lastEpoch() {
        return starts.isEmpty() ? 0 : starts.lastKey();
    }

    /** The newest epoch that is not after the asked one, and where it ended; empty when all known ones are later. */
    Optional<LogPosition> endOf(int epoch, long logEnd) {
        Integer found = starts.floorKey(epoch);
        if (found == null) {
            return Optional.empty();
        }
        Map.Entry<Integer, Long> next = starts.higherEntry(found);
        return Optional.of(new LogPosition(next == null ? logEnd : next.getValue(), found));
    }

    /** The epoch of the record just below the offset; 0 when unknown. */
    int epochBefore(long offset) {
        int epoch = 0;
        for (Map.Entry<Integer, Long> entry : starts.entrySet()) {
            if (entry.getValue() < offset) {
                epoch = entry.getKey();
            }
        }
        return epoch;
    }

    void truncateTo(long endOffset) {
        starts.values().removeIf(start -> start >= endOffset);
    }

    /** Forgets everything and starts at a snapshot. */
    void resetTo(LogPosition base) {
        starts.clear();
        if (base.epoch() > 0) {
            // The epoch began somewhere below the snapshot's end; where does not matter any more.
            starts.put(base.epoch(), base.endOffset() - 1);
        }
    }

    /** Epochs that ended before the base are only of use to logs that need the snapshot anyway. */
    void trimTo(LogPosition base) {
        starts.keySet().removeIf(epoch -> epoch < base.epoch());
    }
}
