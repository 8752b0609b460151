package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.VoterNotFoundException;
import org.junit.jupiter.api.Test;

/** A change of voters whose answers are lost. Thread: the test's. */
class OneVoterChangeTest implements OneVoterChange.Cluster {
    private static final Uuid OLD = new Uuid(1, 1);
    private static final Uuid NEW = new Uuid(2, 2);

    private final Deque<Exception> answers = new ArrayDeque<>();
    private final Deque<OneVoterChange.Seen> looks = new ArrayDeque<>();
    private int asked;

    @Override
    public void change() throws ExecutionException {
        asked++;
        Exception answer = answers.isEmpty() ? null : answers.remove();
        if (answer != null) {
            throw new ExecutionException(answer);
        }
    }

    /** The last one stays. */
    @Override
    public OneVoterChange.Seen look() {
        return looks.size() > 1 ? looks.remove() : looks.peek();
    }

    private void seen(int epoch, Uuid votes, long logEnd, long highWatermark) {
        looks.add(new OneVoterChange.Seen(epoch, Optional.ofNullable(votes), logEnd, highWatermark));
    }

    private void add() throws Exception {
        new OneVoterChange(this, Optional.of(NEW)::equals, 0).untilDone();
    }

    private void remove() throws Exception {
        new OneVoterChange(this, votes -> !votes.equals(Optional.of(OLD)), 0).untilDone();
    }

    @Test
    void whatIsAnsweredIsDone() throws Exception {
        add();

        assertThat(asked).isEqualTo(1);
    }

    @Test
    void aChangeWhoseAnswerWasLostIsDoneWhenTheVotersSaySo() throws Exception {
        answers.add(new TimeoutException("lost"));
        seen(5, NEW, 101, 101);

        add();

        assertThat(asked).isEqualTo(1);
    }

    @Test
    void theSameAgainThatIsRefusedForBeingDoneIsDone() throws Exception {
        answers.addAll(List.of(new TimeoutException("lost"), new DuplicateVoterException("node 3 is a voter")));
        seen(5, OLD, 100, 100);
        seen(5, NEW, 101, 101);
        add();

        answers.addAll(List.of(new TimeoutException("lost"), new VoterNotFoundException("no voter")));
        looks.clear();
        seen(5, OLD, 100, 100);
        seen(5, null, 101, 101);
        remove();

        assertThat(asked).isEqualTo(4);
    }

    /** The leader goes by a change before it is committed, and may lose it with its lead. */
    @Test
    void aChangeThatIsNotCommittedIsNotDone() throws Exception {
        answers.addAll(List.of(
                new TimeoutException("lost"),
                new DuplicateVoterException("node 3 is a voter"),
                new TimeoutException("lost again")));
        seen(5, NEW, 101, 100);
        seen(6, OLD, 101, 100);
        seen(6, NEW, 103, 103);

        add();

        assertThat(asked).isEqualTo(3);
    }

    @Test
    void aRefusalIsToldAtOnce() {
        answers.add(new InvalidRequestException("it would leave a quorum that cannot decide"));
        seen(5, OLD, 100, 100);

        assertThatThrownBy(this::add).hasCauseInstanceOf(InvalidRequestException.class);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void whatIsNeverDoneFailsWithTheLastAnswer() {
        for (int i = 0; i < OneVoterChange.ATTEMPTS; i++) {
            answers.add(new TimeoutException("node 3 lags behind"));
        }
        seen(5, OLD, 100, 100);

        assertThatThrownBy(this::add).hasMessageContaining("node 3 lags behind");
        assertThat(asked).isEqualTo(OneVoterChange.ATTEMPTS);
    }
}
