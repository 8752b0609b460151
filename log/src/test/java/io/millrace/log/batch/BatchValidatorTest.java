package io.millrace.log.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LogConfig;
import io.millrace.log.RecordError;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every row of the table in {@link BatchValidator}, and Kafka's own answers to the same bytes.
 *
 * <p>Thread: one.
 */
class BatchValidatorTest {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(1, 2), "t", 0);
    private static final LogConfig PLAIN = LogConfig.DEFAULTS;
    private static final LogConfig COMPACTED = PLAIN.with("cleanup.policy", "compact");

    private final long nowMs = System.currentTimeMillis();

    @ParameterizedTest
    @EnumSource(Compression.class)
    void goodBatchesOfEveryCodecAreTaken(Compression codec) {
        Random random = new Random(1);
        for (int round = 0; round < 20; round++) {
            ByteBuffer batch = BatchBuilderTest.build(BatchBuilderTest.randomRecords(random), codec)
                    .buildBuffer();

            assertThat(check(batch, PLAIN)).isNull();
            assertThat(KafkaVerdict.of(batch, PLAIN).error()).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void theAnswersToBrokenHeadersAreKafkas() {
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            ByteBuffer batch = BatchBuilderTest.build(
                            List.of(
                                    new SimpleRecord(nowMs, new byte[] {1}, new byte[20]),
                                    new SimpleRecord(nowMs, null)),
                            Compression.NONE)
                    .buildBuffer();
            LogConfig config = random.nextInt(3) == 0 ? PLAIN.with("max.message.bytes", "100") : PLAIN;
            boolean mendCrc = mutate(batch, random);
            if (mendCrc
                    && batch.limit() >= BatchHeader.SIZE_BYTES
                    && BatchHeader.length(batch, 0) == batch.limit() - BatchHeader.LOG_OVERHEAD_BYTES) {
                batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));
            }

            Rejected ours = check(batch, config);
            KafkaVerdict kafkas = KafkaVerdict.of(batch, config);

            assertThat(ours == null ? "NONE" : ours.error().name())
                    .as("round %d: %s", round, Hex.of(batch))
                    .isEqualTo(kafkas.error().name());
            refused += ours == null ? 0 : 1;
        }
        assertThat(refused).isBetween(1000, 4900);
    }

    /** Breaks one field; returns whether the CRC may be mended afterwards. */
    private static boolean mutate(ByteBuffer b, Random random) {
        int[] odd = {Integer.MIN_VALUE, -2, -1, 0, 1, 2, 3, Integer.MAX_VALUE};
        int value = odd[random.nextInt(odd.length)];
        switch (random.nextInt(9)) {
            case 0 -> b.putLong(BatchHeader.BASE_OFFSET, value);
            // Kafka's own arithmetic overflows just below 2^31.
            case 1 ->
                b.putInt(BatchHeader.LENGTH, random.nextBoolean() ? Math.min(value, 1 << 30) : random.nextInt(200));
            case 2 -> b.put(BatchHeader.MAGIC_AT, (byte) value);
            case 3 -> {
                b.put(BatchHeader.ATTRIBUTES + random.nextInt(b.limit() - BatchHeader.ATTRIBUTES), (byte) 99);
                return false;
            }
            case 4 -> b.putInt(BatchHeader.LAST_OFFSET_DELTA, value);
            case 5 -> b.putInt(BatchHeader.RECORD_COUNT, value);
            case 6 -> b.putInt(BatchHeader.BASE_SEQUENCE, value);
            case 7 -> b.putShort(BatchHeader.ATTRIBUTES, (short) BatchHeader.CONTROL_BIT);
            default -> b.limit(random.nextInt(b.limit() + 1));
        }
        return true;
    }

    @Test
    void keylessRecordsForACompactedTopicAreBlamedOneByOne() {
        ByteBuffer batch = new BatchBuilder()
                .append(nowMs, bytes("k"), bytes("v"))
                .append(nowMs, null, bytes("v"))
                .append(nowMs, bytes("k"), null)
                .append(nowMs, (byte[]) null, null)
                .buildBuffer();

        Rejected refused = check(batch, COMPACTED);

        assertThat(refused.error()).isEqualTo(AppendError.INVALID_RECORD);
        assertThat(refused.recordErrors())
                .extracting(RecordError::batchIndex)
                .containsExactly(1, 3)
                .isEqualTo(KafkaVerdict.of(batch, COMPACTED).blamed());
        assertThat(refused.recordErrors().get(0).message())
                .isEqualTo("Compacted topic cannot accept message without key in topic partition t-0");
        assertThat(refused.message()).startsWith("One or more records have been rejected due to 2 record errors");
        assertThat(check(batch, PLAIN)).isNull();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aCompactedTopicLooksIntoEveryCodec(Compression codec) {
        assertThat(check(new BatchBuilder().compression(codec).append(nowMs, bytes("k"), bytes("v")), COMPACTED))
                .isNull();
        assertThat(check(new BatchBuilder().compression(codec).append(nowMs, null, bytes("v")), COMPACTED)
                        .error())
                .isEqualTo(AppendError.INVALID_RECORD);
    }

    @Test
    void timestampsOutOfRangeAreAnsweredAsKafkaDoes() {
        LogConfig strict = PLAIN.with(
                Map.of("message.timestamp.before.max.ms", "60000", "message.timestamp.after.max.ms", "60000"));
        long[] offsets = {-120_000, -30_000, 0, 30_000, 120_000};
        for (long first : offsets) {
            for (long second : offsets) {
                ByteBuffer batch = new BatchBuilder()
                        .append(nowMs + first, null, bytes("a"))
                        .append(nowMs + second, null, bytes("b"))
                        .buildBuffer();
                if (second == -120_000 && Math.abs(first) <= 30_000) {
                    // The limit of the header: a first record in range hides an older one behind it.
                    assertThat(check(batch, strict)).isNull();
                    continue;
                }

                Rejected ours = check(batch, strict);
                KafkaVerdict kafkas = KafkaVerdict.of(batch, strict);

                assertThat(ours == null ? "NONE" : ours.error().name())
                        .as("%d %d", first, second)
                        .isEqualTo(kafkas.error().name());
                if (ours != null) {
                    assertThat(ours.recordErrors().stream().map(RecordError::batchIndex))
                            .isEqualTo(kafkas.blamed());
                    assertThat(ours.recordErrors().get(0).message()).contains("is out of range");
                }
            }
        }
    }

    @Test
    void aRecordWithoutTimestampIsInRange() {
        assertThat(check(
                        new BatchBuilder().append(-1, null, bytes("v")),
                        PLAIN.with("message.timestamp.before.max.ms", "1")))
                .isNull();
    }

    @Test
    void underLogAppendTimeTheClientsTimestampsDoNotMatter() {
        LogConfig stamped = PLAIN.with("message.timestamp.type", "LogAppendTime");
        assertThat(check(new BatchBuilder().append(nowMs + 9_000_000, null, bytes("v")), stamped))
                .isNull();
    }

    @Test
    void aClientMayNotStampItself() {
        Rejected refused =
                check(new BatchBuilder().append(nowMs, null, bytes("v")).logAppendTime(nowMs), PLAIN);

        assertThat(refused.error()).isEqualTo(AppendError.INVALID_TIMESTAMP);
        assertThat(refused.recordErrors()).hasSize(1);
    }

    @Test
    void producerFieldsThatContradictEachOtherAreRefused() {
        assertRefused(AppendError.INVALID_RECORD, b -> b.putInt(BatchHeader.BASE_SEQUENCE, -1));
        assertRefused(AppendError.INVALID_RECORD, b -> b.putShort(BatchHeader.PRODUCER_EPOCH, (short) -1));
        assertRefused(AppendError.INVALID_RECORD, b -> b.putShort(
                        BatchHeader.ATTRIBUTES, (short) BatchHeader.TRANSACTIONAL_BIT)
                .putLong(BatchHeader.PRODUCER_ID, -1));
        assertRefused(
                AppendError.INVALID_RECORD,
                b -> b.putShort(BatchHeader.ATTRIBUTES, (short) BatchHeader.DELETE_HORIZON_BIT));
        assertRefused(AppendError.UNSUPPORTED_COMPRESSION_TYPE, b -> b.putShort(BatchHeader.ATTRIBUTES, (short) 5));
    }

    @Test
    void twoBatchesAreRefusedAndSoAreBytesBehindOne() {
        ByteBuffer batch = new BatchBuilder().append(nowMs, null, bytes("v")).buildBuffer();
        ByteBuffer two = ByteBuffer.allocate(2 * batch.limit())
                .put(batch.duplicate())
                .put(batch.duplicate())
                .flip();

        assertThat(check(two, PLAIN).error()).isEqualTo(AppendError.INVALID_RECORD);
        assertThat(KafkaVerdict.of(two, PLAIN).error()).isEqualTo(Errors.INVALID_RECORD);
        // Kafka cuts a torn second batch off and takes the first; nobody sends such a thing on purpose.
        assertThat(check(two.duplicate().limit(two.limit() - 1), PLAIN).error()).isEqualTo(AppendError.CORRUPT_MESSAGE);
        assertThat(check(ByteBuffer.allocate(0), PLAIN).error()).isEqualTo(AppendError.INVALID_RECORD);
    }

    private void assertRefused(AppendError expected, Consumer<ByteBuffer> change) {
        ByteBuffer batch = new BatchBuilder()
                .producer(1, (short) 0, 0)
                .append(nowMs, null, bytes("v"))
                .buildBuffer();
        change.accept(batch);
        batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));

        assertThat(check(batch, PLAIN).error()).isEqualTo(expected);
    }

    @Test
    void onlyABrokerWritesControlBatches() {
        ByteBuffer marker = new ControlBatch(true, 1).build(5, (short) 0, nowMs).bytes();

        assertThat(check(marker, PLAIN).error()).isEqualTo(AppendError.INVALID_RECORD);
        assertThat(BatchValidator.check(ID, marker, PLAIN, AppendOrigin.COORDINATOR, nowMs))
                .isNull();
    }

    @Test
    void aBatchLargerThanASegmentHasItsOwnError() {
        Rejected refused =
                check(new BatchBuilder().append(nowMs, null, new byte[2000]), PLAIN.with("segment.bytes", "1000"));

        assertThat(refused.error()).isEqualTo(AppendError.RECORD_LIST_TOO_LARGE);
    }

    @Test
    void theRecordsOfAPlainTopicAreNotLookedAt() {
        ByteBuffer batch = new BatchBuilder().append(nowMs, null, new byte[100]).buildBuffer();
        batch.put(BatchHeader.SIZE_BYTES, (byte) 99);
        batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));

        assertThat(check(batch, PLAIN)).isNull();
        assertThat(check(batch, COMPACTED).error()).isEqualTo(AppendError.INVALID_RECORD);
        assertThat(check(batch, PLAIN.with("compression.type", "gzip")).error()).isEqualTo(AppendError.INVALID_RECORD);
    }

    @Test
    void aReplicatedBatchIsTakenWhereItLiesAndADamagedOneIsNot() {
        ByteBuffer batch =
                new BatchBuilder().baseOffset(77).append(1, null, bytes("v")).buildBuffer();
        ByteBuffer two = ByteBuffer.allocate(2 * batch.limit())
                .put(batch.duplicate())
                .put(batch.duplicate())
                .flip();
        int second = batch.limit();

        assertThat(BatchValidator.checkReplicated(ID, two, second)).isNull();
        two.put(second + 63, (byte) 1);
        assertThat(BatchValidator.checkReplicated(ID, two, second).error()).isEqualTo(AppendError.CORRUPT_MESSAGE);
        assertThat(BatchValidator.checkReplicated(ID, two.duplicate().limit(two.limit() - 1), second)
                        .error())
                .isEqualTo(AppendError.CORRUPT_MESSAGE);
        assertThat(BatchValidator.checkReplicated(ID, two, 0)).isNull();
    }

    private Rejected check(BatchBuilder batch, LogConfig config) {
        return check(batch.buildBuffer(), config);
    }

    private Rejected check(ByteBuffer batch, LogConfig config) {
        return BatchValidator.check(ID, batch, config, AppendOrigin.CLIENT, nowMs);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
