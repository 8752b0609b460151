package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What is told of an exception that nobody caught. */
class UncaughtTest {
    @Test
    void onlyWhatAStopItselfCausesIsPassedOver() {
        assertThat(Uncaught.isOfTheEnd(new RejectedExecutionException("event executor terminated"), true))
                .isTrue();
        assertThat(Uncaught.isOfTheEnd(new RejectedExecutionException("queue full"), false))
                .isFalse();
        assertThat(Uncaught.isOfTheEnd(new IllegalStateException(), true)).isFalse();
    }
}
