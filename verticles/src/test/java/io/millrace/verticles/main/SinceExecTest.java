package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long a start took is told to ten milliseconds. */
class SinceExecTest {

    @Test
    void bothEndsAreCountedFromTheMachinesStart() {
        String stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 2 18446744073709551615";

        assertThat(SinceExec.fromProc("1235.26 999.99\n", stat)).isEqualTo(700);
    }

    @Test
    void thisProcessHasBeenThereForSomeTimeButNotForDays() {
        assertThat(SinceExec.millis()).isBetween(1L, 24L * 3600 * 1000);
    }
}
