package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** How old is what a group has not read, from where a partition ended at earlier scrapes. */
class LagTimesTest {
    private final LagTimes times = new LagTimes();

    private OptionalDouble scrape(long committed, long end, long nowMs) {
        OptionalDouble behind = times.secondsBehind("orders", 0, committed, end, nowMs);
        times.forgetUnasked();
        return behind;
    }

    @Test
    void aReaderAtTheEndIsNotBehind() {
        assertThat(scrape(100, 100, 0)).hasValue(0);
    }

    @Test
    void whatWasThereBeforeTheFirstScrapeHasNoAge() {
        assertThat(scrape(50, 100, 0)).isEmpty();
        assertThat(scrape(50, 200, 15_000)).isEmpty();
    }

    @Test
    void betweenTwoScrapesTheAgeIsInterpolated() {
        scrape(100, 100, 0);
        scrape(100, 200, 10_000);

        assertThat(scrape(150, 300, 20_000)).hasValue(15);
        assertThat(scrape(200, 300, 20_000)).hasValue(10);
    }

    @Test
    void whatComesAfterAPauseIsAsYoungAsItIs() {
        scrape(100, 100, 0);
        scrape(100, 100, 60_000);

        assertThat(scrape(100, 101, 70_000)).hasValue(10);
    }

    @Test
    void onlySoManyPointsAreRemembered() {
        for (int i = 0; i <= 2 * LagTimes.POINTS; i++) {
            scrape(0, i * 10, i * 1000L);
        }
        long now = 2 * LagTimes.POINTS * 1000L;

        assertThat(scrape(10, 2 * LagTimes.POINTS * 10, now)).isEmpty();
        assertThat(scrape((LagTimes.POINTS + 1) * 10, 2 * LagTimes.POINTS * 10, now))
                .hasValue(LagTimes.POINTS - 1);
    }

    @Test
    void aPartitionThatNobodyAsksAboutIsForgotten() {
        scrape(100, 100, 0);
        times.forgetUnasked();

        assertThat(scrape(100, 200, 10_000)).isEmpty();
    }
}
