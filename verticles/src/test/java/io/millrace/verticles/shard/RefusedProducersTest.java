package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.producer.ProducerStateTable;
import io.millrace.log.producer.ProducersView;
import io.millrace.protocol.Errors;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who goes on being refused until it begins where it was. */
class RefusedProducersTest {
    private static final Errors WHY = Errors.NOT_LEADER_OR_FOLLOWER;
    private static final UUID TOPIC = new UUID(1, 2);

    private static final ProducersView NOBODY = new ProducerStateTable(new TopicPartitionId(TOPIC, "topic", 0));

    private final RefusedProducers refused = new RefusedProducers();

    private static PartitionAppend batch(long producerId, int epoch, int sequence) {
        ByteBuffer batch = new BatchBuilder()
                .producer(producerId, (short) epoch, sequence)
                .append(1_000, null, ByteBuffer.allocate(1))
                .buildBuffer();
        return new PartitionAppend(TOPIC, 0, Unpooled.wrappedBuffer(batch));
    }

    @Test
    void whatIsLaterIsRefusedUntilTheRefusedOneComesAgain() {
        refused.add(batch(7, 0, 3), WHY, 0);

        assertThat(refused.refusal(batch(7, 0, 4), NOBODY, 1)).isEqualTo(WHY);
        assertThat(refused.refusal(batch(7, 0, 9), NOBODY, 2)).isEqualTo(WHY);
        assertThat(refused.refusal(batch(7, 0, 3), NOBODY, 3)).isEqualTo(Errors.NONE);
        assertThat(refused.refusal(batch(7, 0, 4), NOBODY, 4)).isEqualTo(Errors.NONE);
        assertThat(refused.isEmpty()).isTrue();
    }

    @Test
    void othersAreNot() {
        refused.add(batch(7, 0, 3), WHY, 0);

        assertThat(refused.refusal(batch(8, 0, 4), NOBODY, 1))
                .as("another producer")
                .isEqualTo(Errors.NONE);
        assertThat(refused.refusal(batch(-1, -1, -1), NOBODY, 1))
                .as("not idempotent")
                .isEqualTo(Errors.NONE);
        assertThat(refused.refusal(new PartitionAppend(TOPIC, 0, null), NOBODY, 1))
                .as("no batch")
                .isEqualTo(Errors.NONE);
        assertThat(refused.refusal(batch(7, 1, 4), NOBODY, 1))
                .as("a later epoch")
                .isEqualTo(Errors.NONE);
    }

    /** It has led elsewhere meanwhile: what was refused here came there. */
    @Test
    void whomTheLogKnowsIsLeftToIt() {
        ProducersView known = new ProducersView() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public boolean knows(long producerId) {
                return producerId == 7;
            }

            @Override
            public List<Producer> list() {
                throw new AssertionError();
            }
        };
        refused.add(batch(7, 0, 3), WHY, 0);
        refused.add(batch(8, 0, 3), WHY, 0);

        assertThat(refused.refusal(batch(7, 0, 4), known, 1)).isEqualTo(Errors.NONE);
        assertThat(refused.refusal(batch(8, 0, 4), known, 1)).isEqualTo(WHY);
    }

    @Test
    void zeroComesAfterTheHighestSequence() {
        refused.add(batch(7, 0, Integer.MAX_VALUE), WHY, 0);

        assertThat(refused.refusal(batch(7, 0, 0), NOBODY, 1)).isEqualTo(WHY);
        assertThat(refused.refusal(batch(7, 0, Integer.MAX_VALUE - 1), NOBODY, 1))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void whoDoesNotComeAgainIsForgotten() {
        refused.add(batch(7, 0, 3), WHY, 0);

        assertThat(refused.refusal(batch(7, 0, 4), NOBODY, RefusedProducers.REMEMBERED_MS - 1))
                .isEqualTo(WHY);
        assertThat(refused.refusal(batch(7, 0, 4), NOBODY, RefusedProducers.REMEMBERED_MS))
                .isEqualTo(Errors.NONE);
        assertThat(refused.isEmpty()).isTrue();
    }

    @Test
    void theOldestAreForgottenWhenThereAreTooMany() {
        for (int producer = 0; producer <= RefusedProducers.MOST; producer++) {
            refused.add(batch(producer, 0, 3), WHY, 0);
        }

        assertThat(refused.refusal(batch(0, 0, 4), NOBODY, 1)).isEqualTo(Errors.NONE);
        assertThat(refused.refusal(batch(1, 0, 4), NOBODY, 1)).isEqualTo(WHY);
        assertThat(refused.refusal(batch(RefusedProducers.MOST, 0, 4), NOBODY, 1))
                .isEqualTo(WHY);
    }
}
