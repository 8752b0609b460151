package io.millrace.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.TopicPartition;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns();

    private static List<PartitionBuffer> partitions(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new PartitionBuffer(new TopicPartition("t", number), true))
                .toList();
    }

    private static int number(PartitionBuffer buffer) {
        return buffer.partition.partition();
    }

    /** A count of all turns would be negative after two billions of them, and the consumer would stop for ever. */
    @Test
    void thePlaceIsOneOfThePartitionsHoweverManyTurnsThereWere() {
        turns.set(partitions(3));
        for (int passed = 0; passed < 100; passed++) {
            assertThat(turns.place()).isEqualTo(passed % 3);
            assertThat(number(turns.current())).isEqualTo(passed % 3);
            turns.pass();
        }
    }

    @Test
    void thoseBehindAreAllTheOthersAndThenTheOneItself() {
        turns.set(partitions(3));
        turns.pass();
        assertThat(IntStream.rangeClosed(1, 3).map(others -> number(turns.behind(others))))
                .containsExactly(2, 0, 1);
    }

    @Test
    void fewerPartitionsOrNoneLeaveAPlaceThatIsThere() {
        turns.set(partitions(3));
        turns.pass();
        turns.pass();
        turns.set(partitions(1));
        assertThat(number(turns.current())).isZero();
        turns.pass();
        turns.set(List.of());
        turns.pass();
        assertThat(turns.place()).isZero();
    }
}
