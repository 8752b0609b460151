package io.millrace.oracle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Record batches as a client makes them, and the ways to spoil one: each takes the bytes of a whole batch of format v2
 * and returns others.
 *
 * <p>Thread: any.
 */
public final class Batches {
    /** Where the fields of a v2 batch stand, from the format's description. */
    public static final int LENGTH = 8;

    public static final int LEADER_EPOCH = 12;
    public static final int MAGIC = 16;
    public static final int CRC = 17;
    public static final int ATTRIBUTES = 21;
    public static final int LAST_OFFSET_DELTA = 23;
    public static final int BASE_TIMESTAMP = 27;
    public static final int MAX_TIMESTAMP = 35;
    public static final int PRODUCER_ID = 43;
    public static final int PRODUCER_EPOCH = 51;
    public static final int BASE_SEQUENCE = 53;
    public static final int RECORD_COUNT = 57;

    private Batches() {}

    public static byte[] of(SimpleRecord... records) {
        return of(Compression.NONE, records);
    }

    public static byte[] of(Compression codec, SimpleRecord... records) {
        return bytes(MemoryRecords.withRecords(codec, records));
    }

    public static byte[] values(String... values) {
        long now = System.currentTimeMillis();
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = record(now, null, values[i]);
        }
        return of(records);
    }

    public static SimpleRecord record(long timestampMs, String key, String value) {
        return new SimpleRecord(timestampMs, utf8(key), utf8(value));
    }

    /** With a fixed time, because a duplicate's answer may carry the time of the batch. */
    public static byte[] idempotent(long producerId, int epoch, int firstSequence, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = record(1000 + i, null, values[i]);
        }
        return bytes(MemoryRecords.withIdempotentRecords(
                Compression.NONE, producerId, (short) epoch, firstSequence, records));
    }

    /** A batch of an old message format, which only clients from before 2017 write. */
    public static byte[] ofMagic(int magic) {
        return bytes(MemoryRecords.withRecords(
                (byte) magic,
                0L,
                Compression.NONE,
                TimestampType.CREATE_TIME,
                record(magic == 0 ? RecordBatch.NO_TIMESTAMP : 1000L, null, "old")));
    }

    public static byte[] join(byte[]... batches) {
        int size = 0;
        for (byte[] batch : batches) {
            size += batch.length;
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (byte[] batch : batches) {
            all.put(batch);
        }
        return all.array();
    }

    public static byte[] withShort(byte[] batch, int at, int value) {
        return resealed(ByteBuffer.wrap(batch.clone()).putShort(at, (short) value));
    }

    public static byte[] withInt(byte[] batch, int at, int value) {
        return resealed(ByteBuffer.wrap(batch.clone()).putInt(at, value));
    }

    public static byte[] withLong(byte[] batch, int at, long value) {
        return resealed(ByteBuffer.wrap(batch.clone()).putLong(at, value));
    }

    public static byte[] withFlippedByte(byte[] batch, int at) {
        byte[] copy = batch.clone();
        copy[at] ^= 0x20;
        return copy;
    }

    /** Puts the right checksum over whatever the batch has become. */
    private static byte[] resealed(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.array(), ATTRIBUTES, batch.capacity() - ATTRIBUTES);
        return batch.putInt(CRC, (int) crc.getValue()).array();
    }

    static byte[] bytes(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return bytes;
    }

    /** What a consumer sees of fetched records: one line per batch header and one per record. */
    public static List<String> text(MemoryRecords records) {
        List<String> lines = new ArrayList<>();
        for (MutableRecordBatch batch : records.batches()) {
            lines.add("batch " + batch.baseOffset() + "-" + batch.lastOffset() + " epoch "
                    + batch.partitionLeaderEpoch() + " " + batch.compressionType() + " " + batch.timestampType()
                    + " magic " + batch.magic() + " sequence " + batch.baseSequence()
                    + (batch.isControlBatch() ? " control" : "") + (batch.isTransactional() ? " transactional" : "")
                    + (batch.isValid() ? "" : " BAD CHECKSUM"));
            for (Record record : batch) {
                lines.add("  " + record.offset() + " " + text(record.key()) + "=" + text(record.value()));
            }
        }
        return lines;
    }

    private static String text(ByteBuffer bytes) {
        if (bytes == null) {
            return "null";
        }
        String text = StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
        return text.length() > 40 ? text.substring(0, 40) + "...(" + text.length() + ")" : text;
    }

    private static byte[] utf8(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
