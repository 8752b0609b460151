package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PendingAcksTest {
    private final PendingAcks acks = new PendingAcks();

    private static PartitionAppend at(long lastOffset, long deadlineMs) {
        PartitionAppend append = new PartitionAppend(new UUID(0, 1), 0, null);
        new AppendGroup(AppendGroup.ACKS_ALL, deadlineMs, Runnable::run, () -> {}).add(append);
        append.assign(lastOffset, lastOffset, -1, 0);
        return append;
    }

    private List<Long> pollBelow(long end) {
        List<Long> offsets = new ArrayList<>();
        for (PartitionAppend next = acks.pollBelow(end); next != null; next = acks.pollBelow(end)) {
            offsets.add(next.lastOffset());
        }
        return offsets;
    }

    @Test
    void appendsAreAnsweredInOrderAsTheCursorPassesThem() {
        for (long offset = 0; offset < 100; offset++) {
            acks.add(at(offset, 0));
        }

        assertThat(pollBelow(3)).containsExactly(0L, 1L, 2L);
        assertThat(pollBelow(3)).isEmpty();
        assertThat(pollBelow(1000)).hasSize(97).startsWith(3L).endsWith(99L);
        assertThat(acks.isEmpty()).isTrue();
    }

    @Test
    void theRingKeepsItsOrderWhenItGrowsWhileWrappedAround() {
        for (long offset = 0; offset < 8; offset++) {
            acks.add(at(offset, 0));
        }
        pollBelow(5);
        for (long offset = 8; offset < 40; offset++) {
            acks.add(at(offset, 0));
        }

        assertThat(pollBelow(100)).hasSize(35).isSorted().startsWith(5L).endsWith(39L);
    }

    @Test
    void onlyTheAppendsFromACutOnAreTakenFromTheEnd() {
        for (long offset = 0; offset < 10; offset++) {
            acks.add(at(offset, 0));
        }
        List<Long> cut = new ArrayList<>();

        for (PartitionAppend next = acks.pollYoungestFrom(7); next != null; next = acks.pollYoungestFrom(7)) {
            cut.add(next.lastOffset());
        }

        assertThat(cut).containsExactly(9L, 8L, 7L);
        assertThat(pollBelow(100)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void aDuplicateOfAnEarlierAppendHidesNoLaterOneFromACut() {
        acks.add(at(5, 0));
        acks.add(at(10, 0));
        acks.add(at(5, 0));

        assertThat(acks.pollYoungestFrom(6).lastOffset()).isEqualTo(10);
        assertThat(acks.pollYoungestFrom(6)).isNull();
        assertThat(pollBelow(6)).containsExactly(5L, 5L);
    }

    @Test
    void theOldestExpiresAtItsDeadline() {
        acks.add(at(0, 1000));
        acks.add(at(1, 2000));

        assertThat(acks.pollExpired(999)).isNull();
        assertThat(acks.pollExpired(1000).lastOffset()).isZero();
        assertThat(acks.pollExpired(1000)).isNull();
    }

    @Test
    void aShortTimeoutDoesNotWaitForALongOneBeforeIt() {
        for (long offset = 0; offset < 8; offset++) {
            acks.add(at(offset, 5000));
        }
        pollBelow(6);
        acks.add(at(8, 1000));
        acks.add(at(9, 5000));
        acks.add(at(10, 900));

        assertThat(acks.pollExpired(1000).lastOffset()).isEqualTo(8);
        assertThat(acks.pollExpired(1000).lastOffset()).isEqualTo(10);
        assertThat(acks.pollExpired(1000)).isNull();
        assertThat(pollBelow(100)).containsExactly(6L, 7L, 9L);
    }
}
