package io.millrace.log.producer;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which transactions keep the last stable offset back: the open ones, and the ended ones whose marker is not yet below the
 * high watermark.
 *
 * <p>Thread: the owner's.
 */
final class Transactions {
    /** First offset to producer id. */
    private final TreeMap<Long, Long> open = new TreeMap<>();
    /** First offset to the marker's offset. */
    private final TreeMap<Long, Long> ended = new TreeMap<>();

    boolean isEmpty() {
        return open.isEmpty() && ended.isEmpty();
    }

    void began(long firstOffset, long producerId) {
        open.put(firstOffset, producerId);
    }

    void ended(long firstOffset, long markerOffset) {
        open.remove(firstOffset);
        ended.put(firstOffset, markerOffset);
    }

    void neverBegan(long firstOffset) {
        open.remove(firstOffset);
    }

    void neverEnded(long firstOffset, long producerId) {
        ended.remove(firstOffset);
        open.put(firstOffset, producerId);
    }

    /** The first offset of the oldest open transaction; {@code fallback} when none is open. */
    long firstOpen(long fallback) {
        return open.isEmpty() ? fallback : open.firstKey();
    }

    /** Where committed data ends for sure, given that everything below the high watermark is replicated. */
    long lastStableOffset(long highWatermark) {
        ended.values().removeIf(marker -> marker < highWatermark);
        long stable = Math.min(highWatermark, firstOpen(highWatermark));
        return ended.isEmpty() ? stable : Math.min(stable, ended.firstKey());
    }

    void dropBelow(long logStartOffset) {
        ended.values().removeIf(marker -> marker < logStartOffset);
    }

    Map<Long, Long> endedByFirstOffset() {
        return ended;
    }

    Transactions copy() {
        Transactions copy = new Transactions();
        copy.open.putAll(open);
        copy.ended.putAll(ended);
        return copy;
    }
}
