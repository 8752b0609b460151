package io.millrace.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextReadsTest {
    private static final int LITTLE_BYTES = 100;

    private final NextReads next = new NextReads(LITTLE_BYTES);

    private static PartitionBuffer partition(int number) {
        return new PartitionBuffer(new TopicPartition("t", number), true);
    }

    private List<String> reads() {
        List<String> reads = new ArrayList<>();
        next.forEach((node, partitions, nodes) -> reads.add(node + " of " + nodes + ": "
                + partitions.stream().map(one -> one.partition.partition()).toList()));
        return reads;
    }

    @Test
    void aNodeIsAskedForAllThatItLeadsAtOnceInTheOrderInWhichItWasPlanned() {
        next.mayRead(7, partition(2));
        next.mayRead(7, partition(0));
        next.mayRead(9, partition(1));

        assertThat(reads()).containsExactly("7 of 2: [2, 0]", "9 of 2: [1]");
    }

    @Test
    void aNodeWhosePartitionsAreHereForAWhileIsNotAskedForTheOthers() {
        next.mayRead(7, partition(0));
        next.isHere(7, LITTLE_BYTES / 2);
        next.isHere(7, LITTLE_BYTES / 2);
        next.mayRead(9, partition(1));
        next.isHere(9, LITTLE_BYTES - 1);

        assertThat(reads()).containsExactly("9 of 1: [1]");
    }
}
