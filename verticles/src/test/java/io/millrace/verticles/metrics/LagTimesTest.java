package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How old is what a group has not read, from where a partition ended at earlier scrapes. */
class LagTimesTest {
    private final LagTimes times = new LagTimes();

    private double scrape(long committed, long end, long nowMs) {
        double behind = times.secondsBehind("orders", 0, committed, end, nowMs);
        times.forgetUnasked();
        return behind;
    }

    @Test
    void aReaderAtTheEndIsNotBehind() {
        assertThat(scrape(100, 100, 0)).isZero();
    }

    @Test
    void whatWasThereBeforeTheFirstScrapeIsAsOldAsThatAtLeast() {
        assertThat(scrape(50, 100, 0)).isZero();
        assertThat(scrape(50, 200, 15_000)).isEqualTo(15);
        assertThat(scrape(50, 200, 30_000)).isEqualTo(30);
    }

    @Test
    void betweenTwoScrapesTheAgeIsInterpolated() {
        scrape(100, 100, 0);
        scrape(100, 200, 10_000);

        assertThat(scrape(150, 300, 20_000)).isEqualTo(15);
        assertThat(scrape(200, 300, 20_000)).isEqualTo(10);
    }

    @Test
    void whatComesAfterAPauseIsAsYoungAsItIs() {
        scrape(100, 100, 0);
        scrape(100, 100, 60_000);

        assertThat(scrape(100, 101, 70_000)).isEqualTo(10);
    }

    @Test
    void aReaderThatStandsStillIsFurtherBehindEachTimeForHowLongSoever() {
        int scrapes = 100 * LagTimes.POINTS;
        for (int i = 0; i <= scrapes; i++) {
            assertThat(scrape(0, i * 10L, i * 1000L)).isEqualTo(i);
        }

        assertThat(scrape(scrapes * 5L, scrapes * 10L, scrapes * 1000L)).isCloseTo(scrapes / 2.0, within(1e-6));
    }

    @Test
    void aReaderThatStandsStillIsFurtherBehindAlsoWhereNothingIsWrittenAnyMore() {
        assertThat(scrape(50, 100, 0)).isZero();
        assertThat(scrape(50, 100, 15_000)).isEqualTo(15);
        assertThat(scrape(50, 200, 30_000)).isEqualTo(30);

        assertThat(scrape(150, 200, 3_600_000))
                .as("written between the scrapes at 15 and at 30 s")
                .isEqualTo(3600 - 22.5);
        assertThat(scrape(50, 200, 3_600_000)).isEqualTo(3600);
    }

    @Test
    void whatIsWrittenWhereTheEndHasGoneBackIsAsYoungAsItIs() {
        scrape(900, 900, 0);
        scrape(900, 1000, 15_000);

        assertThat(scrape(900, 950, 3_600_000)).isEqualTo(3600);
        assertThat(scrape(950, 1050, 3_615_000)).isEqualTo(15);
        assertThat(scrape(10, 20, 7_200_000)).as("a topic created anew").isZero();
        assertThat(scrape(10, 20, 7_215_000)).isEqualTo(15);
    }

    @Test
    void aPartitionThatNobodyAsksAboutIsForgotten() {
        scrape(100, 100, 0);
        times.forgetUnasked();

        assertThat(scrape(100, 200, 10_000))
                .as("as young as the first scrape of it")
                .isZero();
    }
}
