package io.millrace.log.crash;

import io.millrace.log.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One whole batch as it was appended or as it was read back.
 *
 * <p>Thread: any (immutable).
 *
 * @param bytes the batch from its first byte to its last
 */
record LogBatch(long baseOffset, long lastOffset, int epoch, byte[] bytes) {
    private static final int AFTER_EPOCH = 16;

    /** Splits whole batches; null when the bytes are not whole batches with a right checksum. */
    static List<LogBatch> split(ByteBuffer source) {
        ByteBuffer b = source.slice();
        List<LogBatch> batches = new ArrayList<>();
        int at = 0;
        while (at < b.limit()) {
            if (b.limit() - at < BatchHeader.SIZE_BYTES) {
                return null;
            }
            int size = BatchHeader.sizeBytes(b, at);
            if (size < BatchHeader.SIZE_BYTES
                    || size > b.limit() - at
                    || BatchHeader.computeCrc(b, at) != BatchHeader.crc(b, at)) {
                return null;
            }
            byte[] bytes = new byte[size];
            b.get(at, bytes);
            batches.add(new LogBatch(
                    BatchHeader.baseOffset(b, at),
                    BatchHeader.lastOffset(b, at),
                    BatchHeader.leaderEpoch(b, at),
                    bytes));
            at += size;
        }
        return batches;
    }

    long nextOffset() {
        return lastOffset + 1;
    }

    long producerId() {
        return BatchHeader.producerId(ByteBuffer.wrap(bytes), 0);
    }

    short producerEpoch() {
        return BatchHeader.producerEpoch(ByteBuffer.wrap(bytes), 0);
    }

    int baseSequence() {
        return BatchHeader.baseSequence(ByteBuffer.wrap(bytes), 0);
    }

    int lastSequence() {
        return BatchHeader.lastSequence(ByteBuffer.wrap(bytes), 0);
    }

    /** Same offsets, same epoch, same bytes. */
    boolean sameAs(LogBatch other) {
        return Arrays.equals(bytes, other.bytes);
    }

    /** Same offsets and records. The leader epoch lies outside of the checksum, in Kafka's format as in ours. */
    boolean sameRecordsAs(LogBatch other) {
        return baseOffset == other.baseOffset
                && lastOffset == other.lastOffset
                && Arrays.equals(bytes, AFTER_EPOCH, bytes.length, other.bytes, AFTER_EPOCH, other.bytes.length);
    }

    @Override
    public String toString() {
        return baseOffset + ".." + lastOffset + "@" + epoch;
    }
}
