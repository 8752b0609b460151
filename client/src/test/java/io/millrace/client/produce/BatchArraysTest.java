package io.millrace.client.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogRecord;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.compress.Compression;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BatchArraysTest {
    private final BatchArrays arrays = new BatchArrays(1_200, 24_000);

    @Test
    void anArrayIsUsedAgainForALargeBatchOnly() {
        byte[] first = arrays.take(1_200);
        arrays.give(first);
        assertThat(arrays.take(0)).hasSize(512);
        assertThat(arrays.take(500)).isNotSameAs(first);
        assertThat(arrays.take(601)).isSameAs(first);
        assertThat(arrays.take(601)).isNotSameAs(first).hasSize(1_200);
    }

    @Test
    void noMoreAreKeptThanTheBufferHasRoomForAndAFewWhenItIsEmpty() {
        for (int i = 0; i < 100; i++) {
            arrays.give(new byte[1_200]);
        }
        arrays.give(new byte[1_201]);
        arrays.give(null);
        assertThat(arrays.free()).isEqualTo(20);
        arrays.trim();
        assertThat(arrays.free()).isEqualTo(8);
    }

    private static Batch batch(byte[] room) {
        Batch batch = new Batch(0, Compression.NONE, room, 0);
        for (int i = 0; i < 5; i++) {
            batch.add(new LogRecord("t", null, new byte[] {1, 2, 3}), 7);
        }
        batch.identify(4, (short) 0, 0);
        batch.build();
        return batch;
    }

    @Test
    void aBatchInAUsedArrayIsThatInAFreshOne() {
        byte[] used = new byte[1_200];
        Arrays.fill(used, (byte) -1);
        Batch batch = batch(used);
        assertThat(batch.bytes()).isEqualTo(batch(new byte[1_200]).bytes());
        assertThat(BatchHeader.isIntact(batch.bytes(), 0)).isTrue();
    }

    @Test
    void theArrayOfABatchThatWasSentAgainIsNotGivenAway() {
        byte[] room = new byte[1_200];
        Batch batch = batch(room);
        batch.isSent();
        assertThat(batch.freeRoom()).isSameAs(room);
        batch.isSent();
        assertThat(batch.freeRoom()).isNull();
    }
}
