package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.EpochEnd;
import org.junit.jupiter.api.Test;

class EpochHistoryTest {
    private final EpochHistory history = new EpochHistory(new int[] {2, 4, 7}, new long[] {0, 10, 30});

    @Test
    void anEpochEndsWhereTheNextBegins() {
        assertThat(history.endOffsetFor(2, 50)).isEqualTo(new EpochEnd(2, 10));
        assertThat(history.endOffsetFor(4, 50)).isEqualTo(new EpochEnd(4, 30));
        assertThat(history.endOffsetFor(7, 50)).isEqualTo(new EpochEnd(7, 50));
    }

    @Test
    void anEpochThatWroteNothingHereIsAnsweredByTheOneBefore() {
        assertThat(history.endOffsetFor(3, 50)).isEqualTo(new EpochEnd(2, 10));
        assertThat(history.endOffsetFor(6, 50)).isEqualTo(new EpochEnd(4, 30));
        assertThat(history.endOffsetFor(1, 50)).isEqualTo(new EpochEnd(1, 0));
        assertThat(history.endOffsetFor(8, 50)).isEqualTo(EpochEnd.UNKNOWN);
        assertThat(history.endOffsetFor(-1, 50)).isEqualTo(EpochEnd.UNKNOWN);
    }

    @Test
    void anEpochWithoutRecordsLeavesNoTrace() {
        history.assign(9, 50);
        history.assign(11, 50);

        assertThat(history.epochs()).containsExactly(2, 4, 7, 11);
        history.assign(3, 60);
        assertThat(history.latestEpoch()).isEqualTo(11);
    }

    @Test
    void cutsKeepTheEpochInForce() {
        history.truncateFromStart(12);
        assertThat(history.epochs()).containsExactly(4, 7);
        assertThat(history.starts()).containsExactly(12, 30);

        history.truncateFromEnd(30);
        assertThat(history.epochs()).containsExactly(4);
        assertThat(history.epochAt(20)).isEqualTo(4);
        assertThat(history.epochAt(11)).isEqualTo(-1);
    }
}
