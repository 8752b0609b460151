package io.millrace.log.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LogConfig;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.SnappyError;

/**
 * Batches whose checksum is right and whose content is not: nothing but an answer may come of them.
 *
 * <p>Thread: one.
 */
class PoisonBatchTest {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(1, 2), "t", 0);
    private static final long NOW = 1_700_000_000_000L;
    private static final LogConfig STRICT = LogConfig.from(Map.of(
            "cleanup.policy", "compact",
            "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE),
            "max.decompressed.message.bytes", "1000000"));

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatKafkaFindsInRecordsIsFoundHere(Compression codec) {
        Random random = new Random(21);
        int refusedByKafka = 0;
        int takenByBoth = 0;
        for (int round = 0; round < 3_000; round++) {
            ByteBuffer batch = new BatchBuilder()
                    .compression(codec)
                    .append(NOW, new byte[] {1}, new byte[random.nextInt(200)])
                    .append(NOW, new byte[] {2}, null, RecordHeader.of("h", new byte[3]))
                    .append(NOW, new byte[] {3}, new byte[20])
                    .buildBuffer();
            for (int flips = 1 + random.nextInt(2); flips > 0; flips--) {
                int at = BatchHeader.SIZE_BYTES + random.nextInt(batch.limit() - BatchHeader.SIZE_BYTES);
                batch.put(at, (byte) (random.nextBoolean() ? random.nextInt(256) : batch.get(at) ^ 1));
            }
            batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));

            Rejected ours = BatchValidator.check(ID, batch, STRICT, AppendOrigin.CLIENT, NOW);
            boolean kafkaRefuses = kafkaRefuses(batch);

            if (kafkaRefuses) {
                refusedByKafka++;
                assertThat(ours).as("round %d: %s", round, Hex.of(batch)).isNotNull();
            } else if (ours == null) {
                takenByBoth++;
            } else {
                // Kafka numbers the records of an uncompressed batch anew and does not add up the
                // sizes in a packed one.
                assertThat(ours.error()).isEqualTo(AppendError.INVALID_RECORD);
            }
        }
        assertThat(refusedByKafka).isGreaterThan(300);
        assertThat(takenByBoth + refusedByKafka).isGreaterThan(1_500);
    }

    private static boolean kafkaRefuses(ByteBuffer batch) {
        try {
            return KafkaVerdict.of(batch, STRICT).error() != Errors.NONE;
        } catch (RuntimeException | SnappyError unforeseen) {
            return true;
        }
    }

    @Test
    void anyBytesAtAllGetAnAnswer() {
        Random random = new Random(22);
        LogConfig[] configs = {LogConfig.DEFAULTS, STRICT, LogConfig.DEFAULTS.with("compression.type", "zstd")};
        int repacked = 0;
        for (int round = 0; round < 30_000; round++) {
            ByteBuffer bytes = ByteBuffer.allocate(random.nextInt(200));
            random.nextBytes(bytes.array());
            if (round % 2 == 0) {
                Compression codec = Compression.values()[random.nextInt(5)];
                bytes = BatchBuilderTest.build(List.of(new SimpleRecord(NOW, new byte[1], new byte[40])), codec)
                        .buildBuffer();
                for (int flips = random.nextInt(4); flips > 0; flips--) {
                    bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt(256));
                }
            }
            boolean whole = bytes.limit() >= BatchHeader.SIZE_BYTES
                    && BatchHeader.length(bytes, 0) == bytes.limit() - BatchHeader.LOG_OVERHEAD_BYTES;
            if (whole) {
                bytes.putInt(BatchHeader.CRC, BatchHeader.computeCrc(bytes, 0));
            }
            LogConfig config = configs[random.nextInt(configs.length)];

            Rejected refused = BatchValidator.check(ID, bytes, config, AppendOrigin.CLIENT, NOW);

            Compression target = refused == null ? Recompression.target(config, bytes, 0) : null;
            if (target != null) {
                Recompression.recompress(bytes, 0, target, config);
                repacked++;
            }
            BatchValidator.checkReplicated(ID, bytes, 0);
        }
        assertThat(repacked).isGreaterThan(100);
    }
}
