package io.millrace.log.io;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What owners have handed to the writer: a stack of tasks that the writer takes whole and turns round, so that neither
 * side ever waits or allocates. Bounded by payload bytes: {@link #tryReserve} before an append, {@link #release} after.
 *
 * <p>Thread: submit and reserve from any thread, drain on the writer.
 */
final class WriterQueue {
    private final AtomicReference<WriterTask> newest = new AtomicReference<>();
    private final AtomicLong reservedBytes = new AtomicLong();
    private final long limitBytes;

    WriterQueue(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Whether the bytes may wait for the writer; one append is always let in, however large. */
    boolean tryReserve(int bytes) {
        long before = reservedBytes.get();
        if (before > 0 && before + bytes > limitBytes) return false;
        reservedBytes.addAndGet(bytes);
        return true;
    }

    void release(long bytes) {
        reservedBytes.addAndGet(-bytes);
    }

    long reservedBytes() {
        return reservedBytes.get();
    }

    /** @return whether the queue was empty, so that the writer must be woken */
    boolean submit(WriterTask task) {
        WriterTask before;
        do {
            before = newest.get();
            task.next = before;
        } while (!newest.compareAndSet(before, task));
        return before == null;
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** Everything submitted so far, oldest first, linked by {@code next}; null when there is nothing. */
    WriterTask drain() {
        WriterTask task = newest.getAndSet(null);
        WriterTask oldestFirst = null;
        while (task != null) {
            WriterTask older = task.next;
            task.next = oldestFirst;
            oldestFirst = task;
            task = older;
        }
        return oldestFirst;
    }
}
