package io.millrace.log.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendError;
import io.millrace.log.CompressionType;
import io.millrace.log.LogConfig;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Batches stored in the topic's codec, read by Kafka.
 *
 * <p>Thread: one.
 */
class RecompressionTest {
    @ParameterizedTest
    @EnumSource(Compression.class)
    void theRecordsAreTheSameInEveryOtherCodec(Compression source) {
        Random random = new Random(6);
        for (Compression target : Compression.values()) {
            List<SimpleRecord> records = BatchBuilderTest.randomRecords(random);
            ByteBuffer batch = BatchBuilderTest.build(records, source).buildBuffer();
            LogConfig config =
                    LogConfig.DEFAULTS.with("compression.type", target.type().configName());
            if (source == target) {
                assertThat(Recompression.target(config, batch, 0)).isNull();
                continue;
            }
            assertThat(Recompression.target(config, batch, 0)).isSameAs(target);

            ByteBuffer stored =
                    Recompression.recompress(batch, 0, target, config).bytes();

            MutableRecordBatch read =
                    MemoryRecords.readableRecords(stored).batches().iterator().next();
            read.ensureValid();
            assertThat(read.compressionType().id).isEqualTo((byte) target.id());
            assertThat(read.producerId()).isEqualTo(77);
            assertThat(read.baseSequence()).isEqualTo(5);
            assertThat(read.maxTimestamp()).isEqualTo(BatchHeader.maxTimestamp(batch, 0));
            int index = 0;
            for (Record record : read) {
                assertThat(new SimpleRecord(record)).isEqualTo(records.get(index++));
            }
            assertThat(index).isEqualTo(records.size());
        }
    }

    @Test
    void aTopicThatLeavesItToTheProducerAndAMarkerAreLeftAlone() {
        ByteBuffer batch = new BatchBuilder().append(1, null, new byte[1]).buildBuffer();
        ByteBuffer marker = new ControlBatch(true, 0).build(1, (short) 0, 1).bytes();

        assertThat(LogConfig.DEFAULTS.compressionType()).isEqualTo(CompressionType.PRODUCER);
        assertThat(Recompression.target(LogConfig.DEFAULTS, batch, 0)).isNull();
        assertThat(Recompression.target(LogConfig.DEFAULTS.with("compression.type", "zstd"), marker, 0))
                .isNull();
    }

    @Test
    void levelsComeFromTheTopic() {
        LogConfig config = LogConfig.DEFAULTS
                .with("compression.zstd.level", "19")
                .with("compression.gzip.level", "9")
                .with("compression.lz4.level", "17");

        assertThat(Recompression.level(config, Compression.ZSTD)).isEqualTo(19);
        assertThat(Recompression.level(config, Compression.GZIP)).isEqualTo(9);
        assertThat(Recompression.level(config, Compression.LZ4)).isEqualTo(17);
    }

    @Test
    void whatGrowsBeyondTheTopicsLimitIsTooLarge() {
        ByteBuffer bomb = new BatchBuilder()
                .compression(Compression.ZSTD)
                .append(1, null, new byte[10 << 20])
                .buildBuffer();
        LogConfig config = LogConfig.DEFAULTS.with("compression.type", "uncompressed");

        assertThatThrownBy(() -> Recompression.recompress(bomb, 0, Compression.NONE, config))
                .isInstanceOfSatisfying(BatchException.class, refused -> assertThat(refused.error())
                        .isEqualTo(AppendError.MESSAGE_TOO_LARGE));
    }
}
