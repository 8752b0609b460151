package io.millrace.verticles.shard;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A parked fetch: woken once, when enough bytes have become readable in the partitions it waits on, or when one of them
 * changes in a way that must be answered (leadership, deletion).
 *
 * <p>Thread: shards call it from their loops; the wake-up runs on the fetch's own loop.
 */
public final class FetchWaiter {
    private final AtomicLong missingBytes;
    private final AtomicBoolean parked;
    private final Executor home;
    private final Runnable wake;

    /** Waits for {@code missingBytes} more bytes; {@code wake} is called on {@code home} at most once. */
    public FetchWaiter(long missingBytes, Executor home, Runnable wake) {
        this(new AtomicLong(missingBytes), new AtomicBoolean(true), home, wake);
    }

    private FetchWaiter(AtomicLong missingBytes, AtomicBoolean parked, Executor home, Runnable wake) {
        this.missingBytes = missingBytes;
        this.parked = parked;
        this.home = home;
        this.wake = wake;
    }

    /** The same fetch parked in another place, woken with another task: whichever place wakes it says so by that. */
    public FetchWaiter elsewhere(Runnable otherWake) {
        return new FetchWaiter(missingBytes, parked, home, otherWake);
    }

    /** Counts bytes that have become readable. */
    void progressed(long bytes) {
        if (parked.get() && missingBytes.addAndGet(-bytes) <= 0) {
            wakeNow();
        }
    }

    /** Wakes the fetch whatever it still lacks. */
    void wakeNow() {
        if (parked.compareAndSet(true, false)) {
            home.execute(wake);
        }
    }

    /** Ends the waiting without waking; true if it was still parked. */
    public boolean cancel() {
        return parked.compareAndSet(true, false);
    }

    boolean isParked() {
        return parked.get();
    }
}
