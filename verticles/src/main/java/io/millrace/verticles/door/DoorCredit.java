package io.millrace.verticles.door;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The request bytes that the door has to give: to sessions as long as they are open, and lent for a single request that is larger than
 * its session's own.
 *
 * <p>Who opens a session gets no more than a quarter of what is left, so that there is something for those who come later.
 *
 * <p>Thread: any.
 */
final class DoorCredit {
    private static final int SHARE_OF_FREE = 4;

    private final DoorLimits limits;
    private final AtomicLong freeBytes;

    DoorCredit(DoorLimits limits) {
        this.limits = limits;
        this.freeBytes = new AtomicLong(limits.totalBytes());
    }

    /** For a session: as much of the wanted as can be given; 0 when that is too little to be of use. */
    int give(int wantedBytes) {
        int most = Math.min(Math.max(wantedBytes, DoorLimits.LEAST_SESSION_BYTES), limits.sessionBytes());
        int least = Math.min(most, DoorLimits.BATCH_SESSION_BYTES);
        while (true) {
            long free = freeBytes.get();
            int bytes = (int) Math.min(most, Math.max(least, free / SHARE_OF_FREE));
            if (bytes > free) {
                return 0;
            }
            if (freeBytes.compareAndSet(free, free - bytes)) {
                return bytes;
            }
        }
    }

    /** For a request: all of it, or nothing. */
    boolean lend(int bytes) {
        long left = freeBytes.addAndGet(-bytes);
        if (left >= 0) {
            return true;
        }
        freeBytes.addAndGet(bytes);
        return false;
    }

    void takeBack(int bytes) {
        freeBytes.addAndGet(bytes);
    }

    long freeBytes() {
        return freeBytes.get();
    }
}
