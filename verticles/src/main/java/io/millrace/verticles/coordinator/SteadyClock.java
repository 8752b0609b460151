package io.millrace.verticles.coordinator;

import java.util.function.LongSupplier;

/**
 * Wall time that neither goes back nor jumps: read once, then carried on by a monotonic clock. Sessions end when their
 * time has passed, whatever somebody does to the machine's clock meanwhile.
 *
 * <p>Thread: any; immutable.
 */
final class SteadyClock {
    private final LongSupplier ticker;
    private final long offsetMs;

    SteadyClock(LongSupplier wallMs, LongSupplier ticker) {
        this.ticker = ticker;
        this.offsetMs = wallMs.getAsLong() - ticker.getAsLong();
    }

    long nowMs() {
        return ticker.getAsLong() + offsetMs;
    }
}
