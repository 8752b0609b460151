package io.millrace.log.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Batches written here, read by Kafka and by golden bytes.
 *
 * <p>Thread: one.
 */
class BatchBuilderTest {
    private static final long T = 1_700_000_000_000L;

    @Test
    void theBytesOfABatchAreGolden() {
        ByteBuffer batch = new BatchBuilder()
                .baseOffset(42)
                .leaderEpoch(7)
                .producer(1001, (short) 3, 9)
                .append(T, "k".getBytes(UTF_8), "v".getBytes(UTF_8))
                .append(T + 5, null, "w".getBytes(UTF_8), io.millrace.log.batch.RecordHeader.of("h", new byte[] {1}))
                .append(T - 5, "d".getBytes(UTF_8), (byte[]) null)
                .buildBuffer();

        assertThat(Hex.of(batch))
                .isEqualTo(
                        "000000000000002a" // base offset
                                + "0000004e" // length
                                + "00000007" // leader epoch
                                + "02" // magic
                                + "d50ef67a" // crc
                                + "0000" // attributes
                                + "00000002" // last offset delta
                                + "0000018bcfe56800" // base timestamp
                                + "0000018bcfe56805" // max timestamp
                                + "00000000000003e9" // producer id
                                + "0003" // producer epoch
                                + "00000009" // base sequence
                                + "00000003" // records
                                + "100000000" + "26b02" + "7600" // k, v
                                + "16000a0201" + "0277" + "02" + "0268" + "0201" // null key, w, header h
                                + "0e000904" + "0264" + "01" + "00"); // tombstone
    }

    @Test
    void plainBatchesHaveTheBytesThatKafkaWrites() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<SimpleRecord> records = randomRecords(random);

            ByteBuffer ours = build(records, Compression.NONE).buildBuffer();
            MemoryRecords kafkas = MemoryRecords.withIdempotentRecords(
                    org.apache.kafka.common.compress.Compression.NONE,
                    77L,
                    (short) 2,
                    5,
                    records.toArray(new SimpleRecord[0]));

            assertThat(Hex.of(ours)).isEqualTo(Hex.of(kafkas.buffer()));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaReadsBatchesOfEveryCodec(Compression codec) {
        Random random = new Random(2);
        for (int round = 0; round < 30; round++) {
            List<SimpleRecord> records = randomRecords(random);

            ByteBuffer batch = build(records, codec).buildBuffer();

            MutableRecordBatch read =
                    MemoryRecords.readableRecords(batch).batches().iterator().next();
            read.ensureValid();
            assertThat(read.compressionType().id).isEqualTo((byte) codec.id());
            assertThat(read.sizeInBytes()).isEqualTo(batch.limit());
            int index = 0;
            for (Record record : read) {
                assertThat(record.offset()).isEqualTo(index);
                assertThat(record.sequence()).isEqualTo(5 + index);
                assertThat(new SimpleRecord(record)).isEqualTo(records.get(index++));
            }
            assertThat(index).isEqualTo(records.size());
        }
    }

    @Test
    void aMarkerHasTheBytesThatKafkaWrites() {
        for (boolean commit : new boolean[] {true, false}) {
            ByteBuffer ours =
                    new ControlBatch(commit, 11).build(99, (short) 4, T).bytes();
            MemoryRecords kafkas = MemoryRecords.withEndTransactionMarker(
                    0,
                    T,
                    -1,
                    99,
                    (short) 4,
                    new EndTransactionMarker(commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, 11));

            assertThat(Hex.of(ours)).isEqualTo(Hex.of(kafkas.buffer()));
            assertThat(ControlBatch.read(ours, 0)).isEqualTo(new ControlBatch(commit, 11));
        }
    }

    @Test
    void aBatchWithoutRecordsIsRefused() {
        assertThatThrownBy(() -> new BatchBuilder().build()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stampingLeavesABatchThatKafkaFindsValid() {
        ByteBuffer batch = new BatchBuilder()
                .append(T, null, new byte[3])
                .append(T, null, new byte[3])
                .buildBuffer();

        BatchHeader.place(batch, 0, 1000, 12);
        BatchHeader.stampLogAppendTime(batch, 0, T + 99);

        MutableRecordBatch read =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        read.ensureValid();
        assertThat(read.baseOffset()).isEqualTo(1000);
        assertThat(read.lastOffset()).isEqualTo(1001);
        assertThat(read.partitionLeaderEpoch()).isEqualTo(12);
        assertThat(read.maxTimestamp()).isEqualTo(T + 99);
        assertThat(read.iterator().next().timestamp()).isEqualTo(T + 99);
        assertThat(BatchHeader.isIntact(batch, 0)).isTrue();
    }

    @Test
    void theHeaderIsReadAsKafkaReadsIt() {
        Random random = new Random(3);
        for (int round = 0; round < 100; round++) {
            MemoryRecords records = MemoryRecords.withTransactionalRecords(
                    (byte) 2,
                    random.nextInt(1 << 20),
                    org.apache.kafka.common.compress.Compression.NONE,
                    random.nextInt(100),
                    (short) random.nextInt(100),
                    Integer.MAX_VALUE - random.nextInt(3),
                    random.nextInt(50),
                    randomRecords(random).toArray(new SimpleRecord[0]));
            ByteBuffer b = ByteBuffer.allocate(records.sizeInBytes() + 7).position(7);
            b.put(records.buffer().duplicate());
            MutableRecordBatch kafkas = records.batches().iterator().next();

            assertThat(BatchHeader.baseOffset(b, 7)).isEqualTo(kafkas.baseOffset());
            assertThat(BatchHeader.lastOffset(b, 7)).isEqualTo(kafkas.lastOffset());
            assertThat(BatchHeader.nextOffset(b, 7)).isEqualTo(kafkas.nextOffset());
            assertThat(BatchHeader.sizeBytes(b, 7)).isEqualTo(kafkas.sizeInBytes());
            assertThat(BatchHeader.leaderEpoch(b, 7)).isEqualTo(kafkas.partitionLeaderEpoch());
            assertThat(BatchHeader.magic(b, 7)).isEqualTo(kafkas.magic());
            assertThat(Integer.toUnsignedLong(BatchHeader.crc(b, 7))).isEqualTo(kafkas.checksum());
            assertThat(BatchHeader.maxTimestamp(b, 7)).isEqualTo(kafkas.maxTimestamp());
            assertThat(BatchHeader.producerId(b, 7)).isEqualTo(kafkas.producerId());
            assertThat(BatchHeader.producerEpoch(b, 7)).isEqualTo(kafkas.producerEpoch());
            assertThat(BatchHeader.baseSequence(b, 7)).isEqualTo(kafkas.baseSequence());
            assertThat(BatchHeader.lastSequence(b, 7)).isEqualTo(kafkas.lastSequence());
            assertThat(BatchHeader.recordCount(b, 7)).isEqualTo(kafkas.countOrNull());
            assertThat(BatchHeader.isTransactional(b, 7)).isTrue();
            assertThat(BatchHeader.isControl(b, 7)).isFalse();
            assertThat(BatchHeader.isIntact(b, 7)).isTrue();
        }
    }

    static BatchBuilder build(List<SimpleRecord> records, Compression codec) {
        BatchBuilder builder = new BatchBuilder().compression(codec).producer(77, (short) 2, 5);
        for (SimpleRecord record : records) {
            io.millrace.log.batch.RecordHeader[] headers =
                    new io.millrace.log.batch.RecordHeader[record.headers().length];
            for (int i = 0; i < headers.length; i++) {
                headers[i] =
                        io.millrace.log.batch.RecordHeader.of(record.headers()[i].key(), record.headers()[i].value());
            }
            builder.append(record.timestamp(), record.key(), record.value(), headers);
        }
        return builder;
    }

    static List<SimpleRecord> randomRecords(Random random) {
        List<SimpleRecord> records = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 8);
        for (int i = 0; i < count; i++) {
            Header[] headers = new Header[random.nextInt(4) == 0 ? random.nextInt(4) : 0];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new RecordHeader("h" + random.nextInt(1000), randomBytes(random, 20));
            }
            records.add(new SimpleRecord(
                    T + random.nextInt(100_000) - 50_000,
                    randomBytes(random, 30),
                    randomBytes(random, random.nextInt(20) == 0 ? 20_000 : 200),
                    headers));
        }
        return records;
    }

    private static byte[] randomBytes(Random random, int most) {
        if (random.nextInt(8) == 0) {
            return null;
        }
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
