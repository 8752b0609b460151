package io.millrace.verticles.listener;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The node's permit for memory held by requests that are being received or served.
 *
 * <p>A connection that is refused stops reading from its socket and is called again when memory has been given back.
 * Nothing is ever granted beyond the total, so {@code inUse <= totalBytes} holds where only {@link #tryAcquire} is used.
 *
 * <p>Thread: any; waiting connections are called on the thread that releases and must hop to their own loop.
 */
public final class RequestMemory {
    private final long totalBytes;
    private final AtomicLong inUse = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /** Creates a permit of {@code totalBytes} bytes. */
    public RequestMemory(long totalBytes) {
        if (totalBytes <= 0) {
            throw new IllegalArgumentException("request memory must be positive, not " + totalBytes);
        }
        this.totalBytes = totalBytes;
    }

    /** Takes {@code bytes} if they are free; false means: try again when called back by {@link #whenReleased}. */
    public boolean tryAcquire(int bytes) {
        long used = inUse.get();
        while (used + bytes <= totalBytes) {
            if (inUse.compareAndSet(used, used + bytes)) {
                return true;
            }
            used = inUse.get();
        }
        return false;
    }

    /**
     * Takes {@code bytes} that are in use already, even beyond the total. Who takes this way asks {@link #isFull} before
     * the next time, so that the total is passed by one request of each event loop at most.
     */
    public void acquireInUse(int bytes) {
        inUse.addAndGet(bytes);
    }

    /** True while nothing more may be begun. */
    public boolean isFull() {
        return inUse.get() >= totalBytes;
    }

    /** Gives back what was acquired and calls those who wait. */
    public void release(int bytes) {
        if (bytes == 0) {
            return;
        }
        inUse.addAndGet(-bytes);
        wakeWaiting();
    }

    /** Calls {@code retry} once, after the next release; or at once if everything has been given back meanwhile. */
    public void whenReleased(Runnable retry) {
        waiting.add(retry);
        if (inUse.get() == 0) {
            wakeWaiting();
        }
    }

    private void wakeWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        // Bounded by what waits now: a connection that is refused again queues itself behind.
        for (int left = waiting.size(); left > 0; left--) {
            Runnable retry = waiting.poll();
            if (retry == null) {
                return;
            }
            retry.run();
        }
    }

    /** Bytes that are granted now. */
    public long inUseBytes() {
        return inUse.get();
    }

    /** The bound. */
    public long totalBytes() {
        return totalBytes;
    }
}
