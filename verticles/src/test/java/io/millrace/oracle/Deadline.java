package io.millrace.oracle;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The condition of a loop that asks again until something is so: pauses a millisecond between two attempts and ends at
 * the limit.
 *
 * <p>Thread: one.
 */
public final class Deadline {
    private final long endNanos;
    private boolean first = true;

    private Deadline(long limitNanos) {
        endNanos = System.nanoTime() + limitNanos;
    }

    public static Deadline inSeconds(long seconds) {
        return new Deadline(TimeUnit.SECONDS.toNanos(seconds));
    }

    public boolean goOn() {
        if (first) {
            first = false;
            return true;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        return System.nanoTime() < endNanos;
    }
}
