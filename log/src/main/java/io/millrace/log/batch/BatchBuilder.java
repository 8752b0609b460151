package io.millrace.log.batch;

import io.millrace.log.HeapPayload;
import io.millrace.log.TimestampType;
import io.millrace.log.compress.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Writes one v2 batch: the broker's own records, outside applications on the event bus, tests. The bytes are those that
 * Kafka's own producer writes for the same records.
 *
 * <p>Thread: one.
 */
public final class BatchBuilder {
    private static final int INITIAL_BYTES = 512;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private final RecordOutput records = new RecordOutput(INITIAL_BYTES, MAX_BYTES);
    private final RecordOutput body = new RecordOutput(INITIAL_BYTES, MAX_BYTES);

    private Compression compression = Compression.NONE;
    private int level;
    private long baseOffset;
    private int leaderEpoch = -1;
    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private short producerEpoch = BatchHeader.NO_PRODUCER_EPOCH;
    private int baseSequence = BatchHeader.NO_SEQUENCE;
    private boolean transactional;
    private boolean control;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private long appendTimeMs;

    private int count;
    private int lastOffsetDelta;
    private long baseTimestamp;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;

    public BatchBuilder compression(Compression codec) {
        return compression(codec, codec.defaultLevel());
    }

    public BatchBuilder compression(Compression codec, int codecLevel) {
        this.compression = codec;
        this.level = codecLevel;
        return this;
    }

    /** Where the batch stands in the log; a client leaves it at 0. Before the first record. */
    public BatchBuilder baseOffset(long offset) {
        this.baseOffset = offset;
        return this;
    }

    public BatchBuilder leaderEpoch(int epoch) {
        this.leaderEpoch = epoch;
        return this;
    }

    public BatchBuilder producer(long id, short epoch, int firstSequence) {
        this.producerId = id;
        this.producerEpoch = epoch;
        this.baseSequence = firstSequence;
        return this;
    }

    public BatchBuilder transactional() {
        this.transactional = true;
        return this;
    }

    BatchBuilder control() {
        this.control = true;
        return this;
    }

    public BatchBuilder logAppendTime(long nowMs) {
        this.timestampType = TimestampType.LOG_APPEND_TIME;
        this.appendTimeMs = nowMs;
        return this;
    }

    public BatchBuilder append(long timestampMs, byte[] key, byte[] value, RecordHeader... headers) {
        return append(timestampMs, wrap(key), wrap(value), headers);
    }

    public BatchBuilder append(long timestampMs, ByteBuffer key, ByteBuffer value, RecordHeader... headers) {
        return appendAt(count == 0 ? 0 : lastOffsetDelta + 1, timestampMs, key, value, headers);
    }

    /** A record with an offset of its own choice, as compaction leaves them: deltas rise, with gaps. */
    public BatchBuilder appendAt(
            int offsetDelta, long timestampMs, ByteBuffer key, ByteBuffer value, RecordHeader... headers) {
        if (count > 0 && offsetDelta <= lastOffsetDelta) {
            throw new IllegalArgumentException("offset delta " + offsetDelta + " after " + lastOffsetDelta);
        }
        if (count == 0) {
            baseTimestamp = timestampMs;
        }
        count++;
        lastOffsetDelta = offsetDelta;
        maxTimestamp = Math.max(maxTimestamp, timestampMs);
        body.clear();
        body.write(0);
        body.varlong(timestampMs - baseTimestamp);
        body.varint(offsetDelta);
        writeSized(key);
        writeSized(value);
        body.varint(headers.length);
        for (RecordHeader header : headers) {
            byte[] name = header.keyBytes();
            body.varint(name.length);
            body.write(name, 0, name.length);
            writeSized(header.value());
        }
        records.varint(body.size());
        records.write(body.array(), 0, body.size());
        return this;
    }

    private void writeSized(ByteBuffer bytes) {
        if (bytes == null) {
            body.varint(-1);
        } else {
            body.varint(bytes.remaining());
            body.write(bytes);
        }
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    public int count() {
        return count;
    }

    /** The size that the batch has when not compressed. */
    public int plainSizeBytes() {
        return BatchHeader.SIZE_BYTES + records.size();
    }

    public HeapPayload build() {
        return HeapPayload.of(buildBuffer());
    }

    /** The finished batch, between position 0 and the limit of a heap buffer. */
    public ByteBuffer buildBuffer() {
        if (count == 0) {
            throw new IllegalStateException("a batch has at least one record");
        }
        RecordOutput out = new RecordOutput(plainSizeBytes(), MAX_BYTES);
        out.advance(BatchHeader.SIZE_BYTES);
        try (OutputStream packing = compression.pack(out, level)) {
            packing.write(records.array(), 0, records.size());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        ByteBuffer batch = ByteBuffer.wrap(out.array(), 0, out.size()).slice();
        boolean stamped = timestampType == TimestampType.LOG_APPEND_TIME;
        int attributes = compression.id()
                | (stamped ? BatchHeader.LOG_APPEND_TIME_BIT : 0)
                | (transactional ? BatchHeader.TRANSACTIONAL_BIT : 0)
                | (control ? BatchHeader.CONTROL_BIT : 0);
        BatchHeader.place(batch, 0, baseOffset, leaderEpoch);
        batch.putInt(BatchHeader.LENGTH, out.size() - BatchHeader.LOG_OVERHEAD_BYTES)
                .put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC)
                .putShort(BatchHeader.ATTRIBUTES, (short) attributes)
                .putInt(BatchHeader.LAST_OFFSET_DELTA, lastOffsetDelta)
                .putLong(BatchHeader.BASE_TIMESTAMP, baseTimestamp)
                .putLong(BatchHeader.MAX_TIMESTAMP, stamped ? appendTimeMs : maxTimestamp)
                .putLong(BatchHeader.PRODUCER_ID, producerId)
                .putShort(BatchHeader.PRODUCER_EPOCH, producerEpoch)
                .putInt(BatchHeader.BASE_SEQUENCE, baseSequence)
                .putInt(BatchHeader.RECORD_COUNT, count);
        batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));
        return batch;
    }
}
