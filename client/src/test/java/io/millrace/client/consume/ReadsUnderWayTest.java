package io.millrace.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.TopicPartition;
import io.millrace.client.message.Fetch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadsUnderWayTest {
    private static final int MOST_BYTES = 1_000;

    private static List<PartitionBuffer> partitions(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new PartitionBuffer(new TopicPartition("topic-" + number, number), true))
                .toList();
    }

    @Test
    void whatIsTooMuchForOneRequestIsAskedWithSeveralAndNothingIsLeftOut() {
        List<PartitionBuffer> ready = partitions(100);

        List<List<PartitionBuffer>> requests = ReadsUnderWay.cut(ready, MOST_BYTES);

        assertThat(requests).hasSizeGreaterThan(1).allMatch(some -> bytes(some) <= MOST_BYTES);
        assertThat(requests.stream().flatMap(List::stream)).containsExactlyElementsOf(ready);
    }

    @Test
    void fewPartitionsAreOneRequestAndOneIsAskedForWhateverItTakes() {
        assertThat(ReadsUnderWay.cut(partitions(3), MOST_BYTES)).hasSize(1);
        assertThat(ReadsUnderWay.cut(partitions(3), 1)).hasSize(3);
    }

    private static int bytes(List<PartitionBuffer> some) {
        return some.stream()
                .mapToInt(buffer -> Fetch.mostBytesOf(buffer.partition))
                .sum();
    }
}
