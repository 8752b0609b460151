package io.millrace.log.compact;

import java.nio.ByteBuffer;

/**
 * The last offset of every key in the dirty part of a log, in a fixed piece of memory: 16 bytes of hash and 8 of offset
 * per key, whatever the keys look like. When it is full the pass ends at the last offset that it has taken in, and
 * another pass goes on from there.
 *
 * <p>An open table with linear probing; an all-zero hash with offset 0 is kept apart by storing offsets plus one.
 *
 * <p>Thread: one.
 */
public final class OffsetMap {
    public static final int ENTRY_BYTES = 3 * Long.BYTES;
    public static final long NOT_FOUND = -1;
    /** Of the table may be taken, as {@code log.cleaner.io.buffer.load.factor} by default. */
    private static final int MIN_SLOTS = 16;

    private static final int MAX_SLOTS = Integer.MAX_VALUE / 4;

    private final KeyHash hash;
    private final long[] table;
    private final int slots;
    private final int limit;
    private int size;
    private long latestOffset = NOT_FOUND;

    /**
     * @param keys how many different keys there can be at most
     * @param memoryBytes what the table may take
     * @param loadFactor which part of the table may be filled
     */
    public OffsetMap(KeyHash hash, long keys, long memoryBytes, double loadFactor) {
        this.hash = hash;
        long wanted = (long) Math.ceil(Math.min(keys, MAX_SLOTS) / loadFactor) + 1;
        long allowed = Math.max(MIN_SLOTS, memoryBytes / ENTRY_BYTES);
        this.slots = (int) Math.min(Math.min(wanted, allowed), MAX_SLOTS);
        this.limit = Math.max(1, Math.min(slots - 1, (int) (slots * loadFactor)));
        this.table = new long[slots * 3];
    }

    public boolean isFull() {
        return size >= limit;
    }

    /** Notes the key's newest offset so far; the map must not be full. */
    public void put(ByteBuffer key, long offset) {
        if (isFull()) throw new IllegalStateException("the offset map is full");
        int at = find(key);
        if (table[at + 2] == 0) {
            size++;
            table[at] = hash.high();
            table[at + 1] = hash.low();
        }
        table[at + 2] = offset + 1;
        latestOffset = offset;
    }

    /** The key's last offset; {@link #NOT_FOUND} when it is not in the dirty part. */
    public long get(ByteBuffer key) {
        return table[find(key) + 2] - 1;
    }

    private int find(ByteBuffer key) {
        hash.of(key);
        long high = hash.high();
        long low = hash.low();
        int slot = (int) Long.remainderUnsigned(low, slots);
        while (true) {
            int at = slot * 3;
            if (table[at + 2] == 0 || (table[at] == high && table[at + 1] == low)) return at;
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    /** Everything up to this offset is taken in. */
    public void reached(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /** The last offset that was taken in: what lies beyond is left alone in this pass. */
    public long latestOffset() {
        return latestOffset;
    }

    public int size() {
        return size;
    }

    public long memoryBytes() {
        return (long) table.length * Long.BYTES;
    }

    /** How full it is, of what may be filled. */
    public double utilization() {
        return (double) size / limit;
    }
}
