package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a group must not see is noticed.
 *
 * <p>Thread: the test's.
 */
class GroupLedgerTest {
    private static final long[] ENDS = {4, 0, 0, 0, 0, 0};

    private final GroupLedger ledger = new GroupLedger("g");

    private void handle(long from, long to) {
        for (long offset = from; offset < to; offset++) {
            ledger.handled(0, offset);
        }
    }

    private List<String> findings(long committed) {
        return ledger.findings(new long[] {committed, 0, 0, 0, 0, 0}, ENDS);
    }

    @Test
    void readingAgainWhatWasNotCommittedIsNoFinding() {
        ledger.begins(0, 0, 0);
        handle(0, 3);
        ledger.committed(0, 2);
        ledger.begins(0, 2, 2);
        handle(2, 4);
        ledger.committed(0, 4);

        assertThat(ledger.hasCommitted(ENDS)).isTrue();
        assertThat(findings(4)).isEmpty();
    }

    @Test
    void aCommitThatGoesBackIsFound() {
        ledger.begins(0, 0, 0);
        handle(0, 3);
        ledger.committed(0, 3);
        ledger.begins(0, 3, 1);
        handle(1, 4);

        assertThat(findings(2))
                .containsExactly(
                        "group g: of 0 3 was committed, then a member was told 1",
                        "group g: of 0 3 was committed, in the end it is 2");
    }

    @Test
    void whatIsSkippedIsFound() {
        ledger.begins(0, 0, 0);
        handle(0, 1);
        ledger.handled(0, 2);
        ledger.begins(0, 0, 3);
        ledger.handled(0, 3);

        assertThat(findings(4))
                .containsExactly(
                        "group g: after 0 of 0 came 2",
                        "group g: a member began at 3 of 0 though nobody had handled 1",
                        "group g: 1 of 0 was never handled, it ends at 4");
    }

    @Test
    void aGroupThatDidNothingIsFound() {
        assertThat(findings(0)).contains("group g: nobody was ever given a partition");
    }
}
