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
    private static final int NULL_LENGTH = -1;

    /** Room for the header, then the records as they are in the batch: one that is not packed is built where it lies. */
    private final RecordOutput records;

    private boolean handedOut;

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

    public BatchBuilder() {
        this(INITIAL_BYTES);
    }

    /** @param expectedBytes what the batch is expected to get, so that it need not grow to it */
    public BatchBuilder(int expectedBytes) {
        this(new byte[Math.max(INITIAL_BYTES, expectedBytes)]);
    }

    /** @param room what to write into; whatever it holds is overwritten, and a batch that outgrows it leaves it */
    public BatchBuilder(byte[] room) {
        records = new RecordOutput(room, MAX_BYTES);
        records.advance(BatchHeader.SIZE_BYTES);
    }

    /** What the records have been written into: for another batch when nobody needs the bytes of this one any more. */
    public byte[] room() {
        return records.array();
    }

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
        begin(nextOffsetDelta(), timestampMs, length(key), length(value), headers);
        writeSized(key);
        writeSized(value);
        write(headers);
        return this;
    }

    public BatchBuilder append(long timestampMs, ByteBuffer key, ByteBuffer value, RecordHeader... headers) {
        return appendAt(nextOffsetDelta(), timestampMs, key, value, headers);
    }

    private int nextOffsetDelta() {
        return count == 0 ? 0 : lastOffsetDelta + 1;
    }

    /** A record with an offset of its own choice, as compaction leaves them: deltas rise, with gaps. */
    public BatchBuilder appendAt(
            int offsetDelta, long timestampMs, ByteBuffer key, ByteBuffer value, RecordHeader... headers) {
        begin(offsetDelta, timestampMs, length(key), length(value), headers);
        writeSized(key);
        writeSized(value);
        write(headers);
        return this;
    }

    /** What stands before a record's key. */
    private void begin(int offsetDelta, long timestampMs, int keyLength, int valueLength, RecordHeader[] headers) {
        if (count > 0 && offsetDelta <= lastOffsetDelta) {
            throw new IllegalArgumentException("offset delta " + offsetDelta + " after " + lastOffsetDelta);
        }
        if (handedOut) {
            throw new IllegalStateException("the batch has been built");
        }
        if (count == 0) {
            baseTimestamp = timestampMs;
        }
        count++;
        lastOffsetDelta = offsetDelta;
        maxTimestamp = Math.max(maxTimestamp, timestampMs);
        long timestampDelta = timestampMs - baseTimestamp;
        records.varint(bodyBytes(timestampDelta, offsetDelta, keyLength, valueLength, headers));
        records.write(0);
        records.varlong(timestampDelta);
        records.varint(offsetDelta);
    }

    /** A record's size stands before it, so it is added up before anything is written. */
    private static int bodyBytes(
            long timestampDelta, int offsetDelta, int keyLength, int valueLength, RecordHeader[] headers) {
        int bytes = 1 + RecordOutput.varlongBytes(timestampDelta) + RecordOutput.varintBytes(offsetDelta);
        bytes = Math.addExact(bytes, sizedBytes(keyLength));
        bytes = Math.addExact(bytes, sizedBytes(valueLength));
        bytes += RecordOutput.varintBytes(headers.length);
        for (RecordHeader header : headers) {
            int name = header.keyBytes().length;
            bytes = Math.addExact(bytes, RecordOutput.varintBytes(name) + name);
            bytes = Math.addExact(bytes, sizedBytes(length(header.value())));
        }
        return bytes;
    }

    private static int length(byte[] bytes) {
        return bytes == null ? NULL_LENGTH : bytes.length;
    }

    private static int length(ByteBuffer bytes) {
        return bytes == null ? NULL_LENGTH : bytes.remaining();
    }

    private static int sizedBytes(int length) {
        return length == NULL_LENGTH ? 1 : Math.addExact(RecordOutput.varintBytes(length), length);
    }

    private void writeSized(byte[] bytes) {
        records.varint(length(bytes));
        if (bytes != null) {
            records.write(bytes, 0, bytes.length);
        }
    }

    private void writeSized(ByteBuffer bytes) {
        records.varint(length(bytes));
        if (bytes != null) {
            records.write(bytes);
        }
    }

    private void write(RecordHeader[] headers) {
        records.varint(headers.length);
        for (RecordHeader header : headers) {
            byte[] name = header.keyBytes();
            records.varint(name.length);
            records.write(name, 0, name.length);
            writeSized(header.value());
        }
    }

    public int count() {
        return count;
    }

    /** The size that the batch has when not compressed. */
    public int plainSizeBytes() {
        return records.size();
    }

    public HeapPayload build() {
        return HeapPayload.of(buildBuffer());
    }

    /** The finished batch, between position 0 and the limit of a heap buffer; nothing can be added to it any more. */
    public ByteBuffer buildBuffer() {
        if (count == 0) {
            throw new IllegalStateException("a batch has at least one record");
        }
        handedOut = true;
        RecordOutput out = compression == Compression.NONE ? records : packed();
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

    private RecordOutput packed() {
        RecordOutput out = new RecordOutput(plainSizeBytes(), MAX_BYTES);
        out.advance(BatchHeader.SIZE_BYTES);
        try (OutputStream packing = compression.pack(out, level)) {
            packing.write(records.array(), BatchHeader.SIZE_BYTES, records.size() - BatchHeader.SIZE_BYTES);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out;
    }
}
