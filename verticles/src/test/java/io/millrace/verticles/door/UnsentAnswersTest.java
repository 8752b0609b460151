package io.millrace.verticles.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnsentAnswersTest {
    private final UnsentAnswers all = new UnsentAnswers(1000);
    private final UnsentAnswers one = new UnsentAnswers(400, all);
    private final UnsentAnswers other = new UnsentAnswers(400, all);
    private final UnsentAnswers third = new UnsentAnswers(400, all);

    @Test
    void oneReaderThatDoesNotTakeHoldsItsShareAndNoMore() {
        assertThat(one.take(300)).isTrue();
        assertThat(one.take(101)).isFalse();
        assertThat(one.take(100)).isTrue();

        assertThat(one.bytes()).isEqualTo(400);
        assertThat(all.bytes()).isEqualTo(400);
    }

    @Test
    void allTogetherHoldNoMoreThanTheNodeHas() {
        assertThat(one.take(400)).isTrue();
        assertThat(other.take(400)).isTrue();
        assertThat(third.take(201)).isFalse();
        assertThat(third.bytes()).isZero();
        assertThat(third.take(200)).isTrue();
        assertThat(all.bytes()).isEqualTo(1000);
    }

    @Test
    void whatHasLeftMakesRoom() {
        assertThat(one.take(400)).isTrue();
        assertThat(one.take(1)).isFalse();
        one.give(400);
        assertThat(one.take(400)).isTrue();
        one.give(400);
        assertThat(all.bytes()).isZero();
    }

    @Test
    void aBatchThatIsLargerThanTheBoundPassesAlone() {
        assertThat(one.take(5000)).isTrue();
        assertThat(one.take(1)).isFalse();
        assertThat(other.take(1)).isFalse();
        one.give(5000);
        assertThat(other.take(1)).isTrue();
    }
}
