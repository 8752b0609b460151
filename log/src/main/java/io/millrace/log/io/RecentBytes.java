package io.millrace.log.io;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Knows which bytes of a directory's files came last, and are therefore in the page cache still: the kernel gives up what
 * was used longest ago, and a tenth of the memory has to be read or written first. What another process reads meanwhile is
 * not seen; then a guess is wrong and a reader waits for the disk once.
 *
 * <p>Time is counted in bytes that went through the page cache.
 *
 * <p>Thread: any; marks of a file on the writer.
 */
public final class RecentBytes {
    private static final int SHARE_OF_MEMORY = 10;

    private final AtomicLong passed = new AtomicLong();
    private final long limitBytes;

    RecentBytes(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static RecentBytes inMemoryOf(long memoryBytes) {
        return new RecentBytes(memoryBytes / SHARE_OF_MEMORY);
    }

    /** So much was read from the disk, which gives up as much of what was there. */
    public void read(long bytes) {
        passed.addAndGet(bytes);
    }

    /**
     * A guess was wrong: something else takes the memory. Nothing that is there now counts any more; what is written from
     * now on does.
     */
    public void mistaken() {
        passed.addAndGet(limitBytes);
    }

    /** So much was written at the end of the file, from {@code position} on. Thread: the writer. */
    void wrote(FileRef file, long position, long bytes) {
        long before = passed.getAndAdd(bytes);
        Written last = file.written;
        if (last == null || before - last.mark > limitBytes / 2) file.written = new Written(position, before, last);
    }

    /** Whether what lies from the position on was written so lately that it is in memory. */
    public boolean holds(FileRef file, long position) {
        for (Written since = file.written; since != null; since = since.earlier) {
            if (position >= since.position) return passed.get() - since.mark < limitBytes;
        }
        return false;
    }

    /**
     * From the position on, everything was written after the mark.
     *
     * @param earlier of the same file; null for none that could still count
     */
    record Written(long position, long mark, Written earlier) {
        Written {
            // Two of them reach back as far as anything is remembered.
            if (earlier != null && earlier.earlier != null) earlier = new Written(earlier.position, earlier.mark, null);
        }
    }
}
