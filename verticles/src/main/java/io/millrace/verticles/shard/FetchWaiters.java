package io.millrace.verticles.shard;

import java.util.ArrayList;
import java.util.List;

/**
 * The fetches parked on one replica. Those woken elsewhere are dropped when the list is next looked at, so an idle
 * partition never holds more than a few dead ones.
 *
 * <p>Thread: the owner of the replica.
 */
final class FetchWaiters {
    private static final int SWEEP_FROM = 8;

    private List<FetchWaiter> waiters = List.of();
    private int sweepAt = SWEEP_FROM;

    void add(FetchWaiter waiter) {
        if (waiters.isEmpty()) {
            waiters = new ArrayList<>(2);
        }
        if (waiters.size() >= sweepAt) {
            waiters.removeIf(parked -> !parked.isParked());
            sweepAt = Math.max(SWEEP_FROM, waiters.size() * 2);
        }
        waiters.add(waiter);
    }

    /** More bytes are readable. */
    void progressed(long bytes) {
        if (waiters.isEmpty()) {
            return;
        }
        int kept = 0;
        for (FetchWaiter waiter : waiters) {
            waiter.progressed(bytes);
            if (waiter.isParked()) {
                waiters.set(kept++, waiter);
            }
        }
        waiters.subList(kept, waiters.size()).clear();
    }

    /** The partition changed: everyone must look again. */
    void wakeAll() {
        waiters.forEach(FetchWaiter::wakeNow);
        waiters = List.of();
    }
}
