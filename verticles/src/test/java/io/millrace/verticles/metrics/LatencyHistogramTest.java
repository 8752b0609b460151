package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Buckets are exact at their bounds and quantiles close enough to act on. */
class LatencyHistogramTest {

    @Test
    void boundBelongsToItsBucketAndTheNextNanosecondDoesNot() {
        for (int bucket = 0; bucket < LatencyHistogram.BOUNDS_US.length; bucket++) {
            long boundNanos = LatencyHistogram.BOUNDS_US[bucket] * 1000;

            assertThat(LatencyHistogram.bucketOf(boundNanos)).isEqualTo(bucket);
            assertThat(LatencyHistogram.bucketOf(boundNanos + 1)).isEqualTo(bucket + 1);
        }
    }

    @Test
    void boundsRise() {
        assertThat(LatencyHistogram.BOUNDS_US)
                .isSorted()
                .doesNotHaveDuplicates()
                .startsWith(10)
                .endsWith(100_000_000);
    }

    @Test
    void quantilesOfEvenlySpreadTimesAreWithinAThird() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 1; i <= 10_000; i++) {
            histogram.record(i * 1000L);
        }
        long[] cells = new long[LatencyHistogram.CELLS];
        histogram.addTo(cells);

        assertThat(RequestSeries.quantileMs(cells, 0.5)).isCloseTo(5.0, within(1.6));
        assertThat(RequestSeries.quantileMs(cells, 0.99)).isCloseTo(9.9, within(3.0));
        assertThat(RequestSeries.quantileMs(cells, 1.0)).isEqualTo(10.0);
    }

    @Test
    void nothingMeasuredIsZero() {
        assertThat(RequestSeries.quantileMs(new long[LatencyHistogram.CELLS], 0.99))
                .isZero();
    }
}
