package io.millrace.log.batch;

import io.millrace.log.LogConfig;
import io.millrace.log.compress.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A batch with some of its records left out, as compaction leaves it: the same offsets, codec, producer and epoch. The
 * records go from one packed form to the other one by one, so that a batch that unpacks to gigabytes needs memory for its
 * packed form and its largest record.
 *
 * <p>Thread: any (no state).
 */
public final class BatchRewrite {
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;
    private static final int RECORD_BYTES = 512;

    private BatchRewrite() {}

    /**
     * @param kept the places of the records that stay; at least one
     * @param horizon the base timestamp then, when there is a delete horizon
     */
    public static ByteBuffer of(ByteBuffer b, int at, BitSet kept, boolean hasHorizon, long horizon, LogConfig config) {
        Compression codec = Compression.ofId(BatchHeader.codecId(b, at));
        RecordOutput out = new RecordOutput(BatchHeader.sizeBytes(b, at), MAX_BYTES);
        out.write(b.duplicate().limit(at + BatchHeader.SIZE_BYTES).position(at));
        boolean stamped = BatchHeader.isLogAppendTime(b, at);
        long base = hasHorizon ? horizon : BatchHeader.NO_TIMESTAMP;
        boolean baseKnown = hasHorizon;
        long max = BatchHeader.NO_TIMESTAMP;
        RecordOutput body = new RecordOutput(RECORD_BYTES, MAX_BYTES);
        try (OutputStream packing = codec.pack(out, Recompression.level(config, codec));
                RecordCursor cursor = RecordCursor.read(b, at, config.maxDecompressedMessageBytes())) {
            while (cursor.next()) {
                if (!kept.get(cursor.index())) continue;
                long timestamp = cursor.timestamp();
                if (!baseKnown) {
                    base = timestamp;
                    baseKnown = true;
                }
                max = Math.max(max, timestamp);
                write(cursor, timestamp - base, body, packing);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        ByteBuffer batch = ByteBuffer.wrap(out.array(), 0, out.size()).slice();
        int attributes = BatchHeader.attributes(b, at);
        batch.putInt(BatchHeader.LENGTH, out.size() - BatchHeader.LOG_OVERHEAD_BYTES)
                .putShort(BatchHeader.ATTRIBUTES, (short)
                        (hasHorizon
                                ? attributes | BatchHeader.DELETE_HORIZON_BIT
                                : attributes & ~BatchHeader.DELETE_HORIZON_BIT))
                .putLong(BatchHeader.BASE_TIMESTAMP, base)
                .putLong(BatchHeader.MAX_TIMESTAMP, stamped ? BatchHeader.maxTimestamp(b, at) : max)
                .putInt(BatchHeader.RECORD_COUNT, kept.cardinality());
        return batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0));
    }

    private static void write(RecordCursor record, long timestampDelta, RecordOutput body, OutputStream packing)
            throws IOException {
        body.clear();
        body.write(0);
        body.varlong(timestampDelta);
        body.varint(record.offsetDelta());
        sized(body, record.key());
        sized(body, record.value());
        body.varint(record.headers().size());
        for (RecordHeader header : record.headers()) {
            byte[] name = header.keyBytes();
            body.varint(name.length);
            body.write(name, 0, name.length);
            sized(body, header.value());
        }
        RecordOutput size = new RecordOutput(5, 5);
        size.varint(body.size());
        packing.write(size.array(), 0, size.size());
        packing.write(body.array(), 0, body.size());
    }

    private static void sized(RecordOutput body, ByteBuffer bytes) {
        if (bytes == null) {
            body.varint(-1);
        } else {
            body.varint(bytes.remaining());
            body.write(bytes);
        }
    }

    /**
     * The header of a batch of which no record stays: not packed, with the same offsets, epoch and time.
     *
     * @param withProducer false when only the offsets and the leader epoch are of interest: a transactional header that
     *     outlives its marker would look like an open transaction
     */
    public static ByteBuffer headerOnly(ByteBuffer b, int at, boolean withProducer) {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        header.put(b.duplicate().limit(at + BatchHeader.SIZE_BYTES).position(at))
                .flip();
        int attributes = BatchHeader.attributes(b, at) & ~(BatchHeader.CODEC_MASK | BatchHeader.DELETE_HORIZON_BIT);
        header.putInt(BatchHeader.LENGTH, BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES)
                .putShort(BatchHeader.ATTRIBUTES, (short) attributes)
                .putLong(BatchHeader.BASE_TIMESTAMP, BatchHeader.NO_TIMESTAMP)
                .putInt(BatchHeader.RECORD_COUNT, 0);
        if (!withProducer) {
            header.putShort(BatchHeader.ATTRIBUTES, (short) (attributes & BatchHeader.LOG_APPEND_TIME_BIT))
                    .putLong(BatchHeader.PRODUCER_ID, BatchHeader.NO_PRODUCER_ID)
                    .putShort(BatchHeader.PRODUCER_EPOCH, BatchHeader.NO_PRODUCER_EPOCH)
                    .putInt(BatchHeader.BASE_SEQUENCE, BatchHeader.NO_SEQUENCE);
        }
        return header.putInt(BatchHeader.CRC, BatchHeader.computeCrc(header, 0));
    }
}
