package io.millrace.log.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random producers, some honest, some not, against Kafka's own state: every answer, every producer and the last stable
 * offset must be the same.
 *
 * <p>Thread: one.
 */
class ProducerOracleTest {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(1, 2), "t", 0);

    @TempDir
    Path directory;

    private final ProducerStateTable ours = new ProducerStateTable(ID);
    private long end;
    private long highWatermark;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyAnswerIsKafkas(long seed) throws IOException {
        Random random = new Random(seed);
        KafkaProducers kafkas = new KafkaProducers(directory.toFile());
        int[] nextSequence = new int[4];
        short[] epoch = new short[4];
        for (int i = 0; i < nextSequence.length; i++) {
            nextSequence[i] = random.nextBoolean() ? Integer.MAX_VALUE - random.nextInt(50) : 0;
        }
        for (int step = 0; step < 1500; step++) {
            int who = random.nextInt(nextSequence.length);
            AppendOrigin origin = random.nextInt(10) == 0 ? AppendOrigin.REPLICATION : AppendOrigin.CLIENT;
            ByteBuffer batch;
            if (random.nextInt(6) == 0) {
                short markerEpoch = (short) (epoch[who] + (random.nextInt(4) == 0 ? random.nextInt(3) - 1 : 0));
                int coordinatorEpoch = random.nextInt(10) == 0 ? random.nextInt(3) : 2 + step / 700;
                batch = new ControlBatch(random.nextBoolean(), coordinatorEpoch)
                        .build(who, (short) Math.max(0, markerEpoch), step)
                        .bytes();
                origin = origin == AppendOrigin.CLIENT ? AppendOrigin.COORDINATOR : origin;
            } else {
                int count = 1 + random.nextInt(3);
                int sequence = nextSequence[who];
                int trick = random.nextInt(20);
                if (trick == 0) {
                    sequence = Math.floorMod(sequence + random.nextInt(11) - 5, Integer.MAX_VALUE);
                } else if (trick == 1) {
                    epoch[who]++;
                    sequence = random.nextInt(4) == 0 ? 1 : 0;
                } else if (trick == 2 && epoch[who] > 0) {
                    epoch[who]--;
                }
                BatchBuilder builder = new BatchBuilder().producer(who, epoch[who], sequence);
                if (random.nextInt(3) > 0 == (who % 2 == 0)) {
                    builder.transactional();
                }
                for (int i = 0; i < count; i++) {
                    builder.append(1000 + step, null, new byte[1]);
                }
                batch = builder.buildBuffer();
            }
            BatchHeader.place(batch, 0, end, 0);

            String expected = kafkas.append(batch, origin);
            if (origin == AppendOrigin.REPLICATION && expected.equals("INVALID_TXN_STATE")) {
                // Kafka's follower would stop here; no leader has such a batch, and ours does not ask.
                continue;
            }
            String actual = append(batch, origin, step);

            assertThat(actual).as("seed %d step %d", seed, step).isEqualTo(expected);
            if (expected.startsWith("NONE")) {
                end = BatchHeader.nextOffset(batch, 0);
                if (!BatchHeader.isControl(batch, 0)) {
                    nextSequence[who] = (int) ((BatchHeader.lastSequence(batch, 0) + 1L) & Integer.MAX_VALUE);
                }
            } else if (expected.startsWith("INVALID_PRODUCER_EPOCH")) {
                epoch[who]++;
            }
            highWatermark = Math.max(highWatermark, end - random.nextInt(20));
            assertThat(describe()).isEqualTo(kafkas.describe());
            assertThat(ours.lastStableOffset(highWatermark)).isEqualTo(kafkas.lastStableOffset(highWatermark));
        }
        assertThat(end).isGreaterThan(500);
    }

    private String append(ByteBuffer batch, AppendOrigin origin, long nowMs) {
        AppendOutcome outcome = ours.check(batch, 0, origin, end, 0);
        if (outcome instanceof AppendOutcome.Duplicate duplicate) {
            return "DUPLICATE " + duplicate.baseOffset() + "-" + duplicate.lastOffset();
        }
        if (outcome instanceof AppendOutcome.Rejected rejected) {
            return switch (rejected.error()) {
                case OUT_OF_ORDER_SEQUENCE -> "OUT_OF_ORDER_SEQUENCE_NUMBER";
                default -> rejected.error().name();
            };
        }
        AbortedTransaction aborted = ours.appended(batch, 0, nowMs);
        return aborted == null
                ? "NONE"
                : "NONE aborted " + aborted.firstOffset() + "-" + aborted.lastOffset() + " stable "
                        + aborted.lastStableOffset();
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (ProducersView.Producer producer : ours.list()) {
            text.append(producer.producerId())
                    .append(" epoch ")
                    .append(producer.epoch())
                    .append(" last ")
                    .append(producer.lastSequence())
                    .append(" coordinator ")
                    .append(producer.coordinatorEpoch())
                    .append(" transaction ")
                    .append(producer.currentTxnFirstOffset())
                    .append(" at ")
                    .append(producer.lastTimestampMs())
                    .append('\n');
        }
        return text.toString();
    }
}
