package io.millrace.verticles.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts durations into fixed buckets, six to the decade, so that bucket series are exact and quantiles are within a third.
 *
 * <p>Thread: {@link #record} from the one thread that owns it; {@link #addTo} from any.
 */
public final class LatencyHistogram {
    /** Upper bounds in microseconds, inclusive; the last bucket, without bound, has index {@code BOUNDS_US.length}. */
    static final long[] BOUNDS_US = bounds();

    /** Cells beyond the buckets: sum of nanoseconds and the largest one seen. */
    static final int SUM = BOUNDS_US.length + 1;

    static final int MAX = BOUNDS_US.length + 2;
    static final int CELLS = BOUNDS_US.length + 3;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[CELLS];

    public void record(long nanos) {
        int bucket = bucketOf(nanos);
        CELL.setOpaque(cells, bucket, cells[bucket] + 1);
        CELL.setOpaque(cells, SUM, cells[SUM] + nanos);
        if (nanos > cells[MAX]) {
            CELL.setOpaque(cells, MAX, nanos);
        }
    }

    /** Adds this histogram into {@code totals}, which has {@link #CELLS} elements; the maximum is taken, not added. */
    void addTo(long[] totals) {
        for (int i = 0; i <= SUM; i++) {
            totals[i] += (long) CELL.getOpaque(cells, i);
        }
        totals[MAX] = Math.max(totals[MAX], (long) CELL.getOpaque(cells, MAX));
    }

    static int bucketOf(long nanos) {
        long micros = (nanos + 999) / 1000;
        int low = 0;
        int high = BOUNDS_US.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (micros <= BOUNDS_US[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static long[] bounds() {
        int[] steps = {10, 15, 20, 30, 50, 70};
        int decades = 7;
        long[] bounds = new long[decades * steps.length + 1];
        long unit = 1;
        int next = 0;
        for (int decade = 0; decade < decades; decade++, unit *= 10) {
            for (int step : steps) {
                bounds[next++] = step * unit;
            }
        }
        bounds[next] = 10 * unit;
        return bounds;
    }
}
