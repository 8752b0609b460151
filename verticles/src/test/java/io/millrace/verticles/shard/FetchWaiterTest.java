package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FetchWaiterTest {
    private final AtomicInteger wakes = new AtomicInteger();
    private final FetchWaiters waiters = new FetchWaiters();

    private FetchWaiter waitingFor(long bytes) {
        return new FetchWaiter(bytes, Runnable::run, wakes::incrementAndGet);
    }

    @Test
    void aFetchIsWokenOnceWhenEnoughBytesHaveComeTogetherFromSeveralPartitions() {
        FetchWaiters other = new FetchWaiters();
        FetchWaiter waiter = waitingFor(100);
        waiters.add(waiter);
        other.add(waiter);

        waiters.progressed(60);
        assertThat(wakes).hasValue(0);
        other.progressed(40);
        waiters.progressed(1000);

        assertThat(wakes).hasValue(1);
    }

    @Test
    void aFetchThatWaitsInTwoPlacesIsWokenByOneAndKnowsWhich() {
        AtomicInteger wakesElsewhere = new AtomicInteger();
        FetchWaiters other = new FetchWaiters();
        FetchWaiter waiter = waitingFor(100);
        waiters.add(waiter);
        other.add(waiter.elsewhere(wakesElsewhere::incrementAndGet));

        waiters.progressed(60);
        other.progressed(40);
        waiters.progressed(1000);
        waiters.wakeAll();

        assertThat(wakesElsewhere).hasValue(1);
        assertThat(wakes).hasValue(0);
        assertThat(waiter.cancel()).isFalse();
    }

    @Test
    void cancelledInOnePlaceIsCancelledInAll() {
        AtomicInteger wakesElsewhere = new AtomicInteger();
        FetchWaiter waiter = waitingFor(1);
        waiters.add(waiter.elsewhere(wakesElsewhere::incrementAndGet));

        assertThat(waiter.cancel()).isTrue();
        waiters.progressed(5);

        assertThat(wakesElsewhere).hasValue(0);
    }

    @Test
    void aCancelledFetchIsNotWoken() {
        FetchWaiter waiter = waitingFor(1);
        waiters.add(waiter);

        assertThat(waiter.cancel()).isTrue();
        waiters.progressed(5);
        waiters.wakeAll();

        assertThat(wakes).hasValue(0);
        assertThat(waiter.cancel()).isFalse();
    }

    @Test
    void everyoneLooksAgainWhenThePartitionChanges() {
        waiters.add(waitingFor(1_000_000));
        waiters.add(waitingFor(1_000_000));

        waiters.wakeAll();

        assertThat(wakes).hasValue(2);
    }
}
