package io.millrace.log.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendError;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Walking Kafka's batches, and batches that lie.
 *
 * <p>Thread: one.
 */
class RecordCursorTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void everyRecordOfKafkasBatchesIsRead(Compression codec) {
        Random random = new Random(4);
        for (int round = 0; round < 30; round++) {
            List<SimpleRecord> records = BatchBuilderTest.randomRecords(random);
            ByteBuffer batch = kafkas(codec, records);
            try (RecordCursor reading = RecordCursor.read(batch, 0, NO_LIMIT);
                    RecordCursor copying = RecordCursor.copy(batch, 0, NO_LIMIT);
                    RecordCursor skimming = RecordCursor.skim(batch, 0, NO_LIMIT)) {
                for (int i = 0; i < records.size(); i++) {
                    SimpleRecord expected = records.get(i);
                    assertThat(reading.next()).isTrue();
                    assertThat(reading.key()).isEqualTo(expected.key());
                    assertThat(reading.value()).isEqualTo(expected.value());
                    assertThat(reading.headers()).hasSize(expected.headers().length);
                    for (int h = 0; h < expected.headers().length; h++) {
                        byte[] value = expected.headers()[h].value();
                        assertThat(reading.headers().get(h))
                                .isEqualTo(RecordHeader.of(expected.headers()[h].key(), value));
                    }
                    assertThat(copying.next()).isTrue();
                    assertThat(wrap(copying.keyBytes())).isEqualTo(expected.key());
                    assertThat(wrap(copying.valueBytes())).isEqualTo(expected.value());
                    assertThat(copying.headers()).isEqualTo(reading.headers());
                    assertThat(skimming.next()).isTrue();
                    assertThat(skimming.offset()).isEqualTo(1000 + i).isEqualTo(reading.offset());
                    assertThat(skimming.timestamp()).isEqualTo(expected.timestamp());
                    assertThat(skimming.hasKey()).isEqualTo(expected.key() != null);
                    assertThat(skimming.hasValue()).isEqualTo(expected.value() != null);
                }
                assertThat(reading.next()).isFalse();
                assertThat(copying.next()).isFalse();
                assertThat(skimming.next()).isFalse();
            }
        }
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    @Test
    void aStampedBatchHasOneTimestampForAll() {
        ByteBuffer batch = new BatchBuilder()
                .append(100, null, new byte[1])
                .append(200, null, new byte[1])
                .logAppendTime(999)
                .buildBuffer();
        try (RecordCursor cursor = RecordCursor.skim(batch, 0, NO_LIMIT)) {
            while (cursor.next()) {
                assertThat(cursor.timestamp()).isEqualTo(999);
            }
            assertThat(cursor.index()).isEqualTo(1);
        }
    }

    @Test
    void offsetsWithGapsAreThoseThatCompactionLeft() {
        ByteBuffer batch = new BatchBuilder()
                .baseOffset(50)
                .appendAt(3, 1, null, ByteBuffer.allocate(1))
                .appendAt(9, 1, null, ByteBuffer.allocate(1))
                .buildBuffer();
        try (RecordCursor cursor = RecordCursor.skim(batch, 0, NO_LIMIT)) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.offset()).isEqualTo(53);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.offset()).isEqualTo(59);
        }
        assertThat(BatchHeader.lastOffset(batch, 0)).isEqualTo(59);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aRecordLargerThanTheLimitIsInvalid(Compression codec) {
        ByteBuffer batch = new BatchBuilder()
                .compression(codec)
                .append(1, null, new byte[10_000])
                .buildBuffer();

        assertThatThrownBy(() -> walk(batch, 9_999))
                .isInstanceOf(BatchException.class)
                .hasMessageContaining("exceeds the configured maximum record size");
        walk(batch, 10_100);
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aBombIsSkimmedInAWindowAndRefusedByTheLimit(Compression codec) {
        ByteBuffer bomb = new BatchBuilder()
                .compression(codec)
                .append(1, null, new byte[64 << 20])
                .buildBuffer();
        long before = used();

        walk(bomb, NO_LIMIT);

        assertThat(used() - before).as("memory held by skimming 64 MiB").isLessThan(48L << 20);
        assertThatThrownBy(() -> walk(bomb, 1 << 20)).isInstanceOf(BatchException.class);
    }

    @Test
    void aRecordThatClaimsAGigabyteGetsNoMemory() {
        ByteBuffer batch = new BatchBuilder().append(1, null, new byte[100]).buildBuffer();
        // The first record's size becomes a varint of five bytes: 2^30.
        ByteBuffer lie = ByteBuffer.allocate(batch.limit());
        lie.put(batch.duplicate()).flip();
        lie.put(61, (byte) 0x80)
                .put(62, (byte) 0x80)
                .put(63, (byte) 0x80)
                .put(64, (byte) 0x80)
                .put(65, (byte) 0x08);

        assertThatThrownBy(() -> walk(lie, NO_LIMIT)).isInstanceOf(BatchException.class);
        assertThatThrownBy(() -> readAll(lie)).isInstanceOf(BatchException.class);
        assertThatThrownBy(() -> copyAll(lie)).isInstanceOf(BatchException.class);
    }

    @Test
    void moreRecordsThanCountedAndFewerThanCountedAreBothInvalid() {
        ByteBuffer batch = new BatchBuilder()
                .append(1, null, new byte[1])
                .append(1, null, new byte[1])
                .buildBuffer();

        batch.putInt(BatchHeader.RECORD_COUNT, 1);
        assertThatThrownBy(() -> walk(batch, NO_LIMIT)).hasMessageContaining("more records than its header counts");
        batch.putInt(BatchHeader.RECORD_COUNT, 3);
        assertThatThrownBy(() -> walk(batch, NO_LIMIT)).hasMessageContaining("end in the middle");
    }

    @Test
    void anUnknownCodecHasItsOwnError() {
        ByteBuffer batch = new BatchBuilder().append(1, null, new byte[1]).buildBuffer();
        batch.putShort(BatchHeader.ATTRIBUTES, (short) 6);

        assertThatThrownBy(() -> walk(batch, NO_LIMIT))
                .isInstanceOfSatisfying(BatchException.class, refused -> assertThat(refused.error())
                        .isEqualTo(AppendError.UNSUPPORTED_COMPRESSION_TYPE));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whateverTheBytesSayTheWalkEndsInATypedError(Compression codec) {
        Random random = new Random(5);
        ByteBuffer good = kafkas(codec, BatchBuilderTest.randomRecords(random));
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            ByteBuffer bad =
                    ByteBuffer.allocate(good.limit()).put(good.duplicate()).flip();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                int at = 21 + random.nextInt(bad.limit() - 21);
                // The codec bits stay: another codec's errors are another round's.
                if (at != 22) {
                    bad.put(at, (byte) random.nextInt(256));
                }
            }
            try {
                walk(bad, 1 << 20);
                readAll(bad);
                copyAll(bad);
            } catch (BatchException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    private static void walk(ByteBuffer batch, int limit) {
        try (RecordCursor cursor = RecordCursor.skim(batch, 0, limit)) {
            while (cursor.next()) {
                cursor.offset();
            }
        }
    }

    private static void readAll(ByteBuffer batch) {
        try (RecordCursor cursor = RecordCursor.read(batch, 0, 1 << 20)) {
            while (cursor.next()) {
                cursor.value();
            }
        }
    }

    private static void copyAll(ByteBuffer batch) {
        try (RecordCursor cursor = RecordCursor.copy(batch, 0, 1 << 20)) {
            while (cursor.next()) {
                cursor.valueBytes();
            }
        }
    }

    private static ByteBuffer kafkas(Compression codec, List<SimpleRecord> records) {
        return MemoryRecords.withRecords(
                        1000L,
                        org.apache.kafka.common.compress.Compression.of(
                                        org.apache.kafka.common.record.internal.CompressionType.forId(codec.id()))
                                .build(),
                        records.toArray(new SimpleRecord[0]))
                .buffer();
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void keysAndValuesAreViewsThatDoNotDisturbEachOther() {
        ByteBuffer batch = new BatchBuilder()
                .append(1, "key".getBytes(UTF_8), "value".getBytes(UTF_8))
                .buildBuffer();
        try (RecordCursor cursor = RecordCursor.read(batch, 0, NO_LIMIT)) {
            cursor.next();
            cursor.value().get();

            assertThat(UTF_8.decode(cursor.value()).toString()).isEqualTo("value");
            assertThat(UTF_8.decode(cursor.key()).toString()).isEqualTo("key");
        }
    }
}
