package io.millrace.verticles.shard;

/**
 * Appends of one partition that wait until a cursor has passed their last offset; a ring in the order of these offsets.
 * That is the order in which they came, but for duplicates, which wait for offsets given out before.
 *
 * <p>Bounded by the requests in flight of all connections.
 *
 * <p>Thread: the owner of the replica.
 */
final class PendingAcks {
    private static final int FIRST_CAPACITY = 8;

    private PartitionAppend[] ring;
    private int head;
    private int size;

    void add(PartitionAppend append) {
        if (ring == null) {
            ring = new PartitionAppend[FIRST_CAPACITY];
        } else if (size == ring.length) {
            PartitionAppend[] larger = new PartitionAppend[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(head + i) & (ring.length - 1)];
            }
            ring = larger;
            head = 0;
        }
        int at = size++;
        while (at > 0 && ring[(head + at - 1) & (ring.length - 1)].lastOffset() > append.lastOffset()) {
            ring[(head + at) & (ring.length - 1)] = ring[(head + at - 1) & (ring.length - 1)];
            at--;
        }
        ring[(head + at) & (ring.length - 1)] = append;
    }

    /** The oldest one if it needs no more than offsets below {@code endExclusive}, removed; else null. */
    PartitionAppend pollBelow(long endExclusive) {
        if (size == 0 || ring[head].lastOffset() >= endExclusive) {
            return null;
        }
        return pollAny();
    }

    /** The oldest one, removed; null when none waits. */
    PartitionAppend pollAny() {
        if (size == 0) {
            return null;
        }
        PartitionAppend oldest = ring[head];
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        if (size == 0 && ring.length > FIRST_CAPACITY) {
            ring = null;
            head = 0;
        }
        return oldest;
    }

    /** The youngest one if it reaches {@code offset} or beyond, removed; for appends that were cut back. */
    PartitionAppend pollYoungestFrom(long offset) {
        if (size == 0) {
            return null;
        }
        int last = (head + size - 1) & (ring.length - 1);
        PartitionAppend youngest = ring[last];
        if (youngest.lastOffset() < offset) {
            return null;
        }
        ring[last] = null;
        size--;
        return youngest;
    }

    /** The oldest of those whose deadline has passed, removed; null when there is none. Each brings its own timeout. */
    PartitionAppend pollExpired(long nowMs) {
        for (int i = 0; i < size; i++) {
            if (ring[(head + i) & (ring.length - 1)].group().deadlineMs() <= nowMs) {
                return remove(i);
            }
        }
        return null;
    }

    private PartitionAppend remove(int i) {
        PartitionAppend removed = ring[(head + i) & (ring.length - 1)];
        for (int at = i; at > 0; at--) {
            ring[(head + at) & (ring.length - 1)] = ring[(head + at - 1) & (ring.length - 1)];
        }
        ring[head] = removed;
        return pollAny();
    }

    boolean isEmpty() {
        return size == 0;
    }
}
