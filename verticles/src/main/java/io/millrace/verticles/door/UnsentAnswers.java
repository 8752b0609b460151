package io.millrace.verticles.door;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of answers that the bus has not taken yet: a reader that asks and does not take holds memory outside of the heap,
 * and must not hold all there is. Of one sender's answers there is a bound, and of all senders' together.
 *
 * <p>Thread: any.
 */
final class UnsentAnswers {
    private final long limitBytes;
    /** Null for that of all senders. */
    private final UnsentAnswers all;

    private final AtomicLong bytes = new AtomicLong();

    UnsentAnswers(long limitBytes) {
        this(limitBytes, null);
    }

    UnsentAnswers(long limitBytes, UnsentAnswers all) {
        this.limitBytes = limitBytes;
        this.all = all;
    }

    /** Whether there is room for so many more; then they are counted. Where there are none yet, any number is taken. */
    boolean take(long more) {
        if (all != null && !all.take(more)) {
            return false;
        }
        long before = bytes.getAndAdd(more);
        if (before == 0 || before + more <= limitBytes) {
            return true;
        }
        bytes.addAndGet(-more);
        if (all != null) {
            all.give(more);
        }
        return false;
    }

    /** They have left, or never will. */
    void give(long fewer) {
        bytes.addAndGet(-fewer);
        if (all != null) {
            all.give(fewer);
        }
    }

    long bytes() {
        return bytes.get();
    }
}
