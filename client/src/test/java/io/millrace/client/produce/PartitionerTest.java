package io.millrace.client.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class PartitionerTest {
    @Test
    void aKeyGoesWhereKafkasProducersPutIt() {
        Random random = new Random(7);
        for (int length = 0; length < 200; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            assertThat(Partitioner.murmur2(key)).isEqualTo(Utils.murmur2(key));
            assertThat(Partitioner.ofKey(key, 17)).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 17);
        }
    }

    @Test
    void recordsWithoutAKeyStayTogetherUntilABatchIsFull() {
        Partitioner partitioner = new Partitioner(1000);

        int first = partitioner.choose("t", null, 600, 3);
        int second = partitioner.choose("t", null, 400, 3);
        int third = partitioner.choose("t", null, 1, 3);

        assertThat(second).isEqualTo(first);
        assertThat(third).isEqualTo((first + 1) % 3);
    }
}
