package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.EpochEnd;
import org.junit.jupiter.api.Test;

/**
 * Epochs in which a leader wrote nothing.
 *
 * <p>Thread: one.
 */
class EmptyEpochTest {
    @Test
    void anEpochThatWroteNothingDoesNotHideOlderBatchesThatArriveLater() {
        EpochHistory history = new EpochHistory();
        history.assign(1, 0);
        // This replica led epoch 5 without a single append; the next leader had batches of epoch 3 there.
        history.assign(5, 3);

        history.assign(3, 3);

        assertThat(history.endOffsetFor(3, 6)).isEqualTo(new EpochEnd(3, 6));
        assertThat(history.endOffsetFor(1, 6)).isEqualTo(new EpochEnd(1, 3));
        assertThat(history.latestEpoch()).isEqualTo(3);
    }

    /** Else the follower says that its last batch is of an epoch that nobody wrote in, and is told to cut what is committed. */
    @Test
    void anEpochThatWroteNothingDoesNotHideOlderBatchesThatCompactionHasLeftAGapBefore() {
        EpochHistory history = new EpochHistory();
        history.assign(1, 0);
        // This replica led epoch 5 without a single append; of what the next leader had there,
        // offsets 3 and 4 are gone.
        history.assign(5, 3);

        history.assign(3, 5, 3);

        assertThat(history.epochAt(7)).isEqualTo(3);
        assertThat(history.latestEpoch()).isEqualTo(3);
        assertThat(history.endOffsetFor(1, 8)).isEqualTo(new EpochEnd(1, 5));
    }

    @Test
    void batchesOfAKnownEpochDoNotMoveItsStart() {
        EpochHistory history = new EpochHistory();
        history.assign(1, 0);
        history.assign(3, 10);

        history.assign(3, 12);
        history.assign(1, 20);

        assertThat(history.epochAt(10)).isEqualTo(3);
        assertThat(history.latestEpoch()).isEqualTo(3);
    }
}
