package io.millrace.log.io;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How long syncs took: a histogram for whoever watches the node. Thread: any. */
public final class SyncTimes {
    private static final double[] UPPER_MS = {0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

    private final AtomicLongArray counts = new AtomicLongArray(UPPER_MS.length + 1);
    private final LongAdder totalNanos = new LongAdder();

    void add(long nanos) {
        int bucket = 0;
        double ms = nanos / 1e6;
        while (bucket < UPPER_MS.length && ms > UPPER_MS[bucket]) bucket++;
        counts.incrementAndGet(bucket);
        totalNanos.add(nanos);
    }

    /** Upper bounds of all buckets but the last, which has none. */
    public static double[] upperBoundsMs() {
        return UPPER_MS.clone();
    }

    /** One more than there are bounds; each counts only its own bucket. */
    public long[] counts() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) copy[i] = counts.get(i);
        return copy;
    }

    public long totalNanos() {
        return totalNanos.sum();
    }
}
