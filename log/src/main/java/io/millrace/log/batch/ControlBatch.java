package io.millrace.log.batch;

import io.millrace.log.HeapPayload;
import java.nio.ByteBuffer;

/**
 * The marker that ends a transaction: a control batch of one record.
 *
 * <pre>
 *   key:   version int16 = 0, type int16 (0 abort, 1 commit)
 *   value: version int16 = 0, coordinator epoch int32
 * </pre>
 *
 * Control batches of other types (Kafka's own quorum writes some) carry no marker.
 *
 * <p>Thread: any (immutable).
 */
public record ControlBatch(boolean commit, int coordinatorEpoch) {
    private static final int MAX_RECORD_BYTES = 4 * 1024;
    private static final short ABORT = 0;
    private static final short COMMIT = 1;

    /** The marker of the control batch at an index of a buffer; null when it has none. */
    public static ControlBatch read(ByteBuffer batch, int at) {
        try (RecordCursor cursor = RecordCursor.read(batch, at, MAX_RECORD_BYTES)) {
            // Compaction may have left the header of a control batch without its record.
            if (!cursor.next() || !cursor.hasKey()) {
                return null;
            }
            ByteBuffer key = cursor.key();
            if (key.remaining() < 2 * Short.BYTES || key.getShort() < 0) {
                throw BatchException.invalid("A control record has a malformed key");
            }
            short type = key.getShort();
            if (type != ABORT && type != COMMIT) {
                return null;
            }
            ByteBuffer value = cursor.value();
            if (value == null || value.remaining() < Short.BYTES + Integer.BYTES || value.getShort() < 0) {
                throw BatchException.invalid("An end transaction marker has a malformed value");
            }
            return new ControlBatch(type == COMMIT, value.getInt());
        }
    }

    /** The batch for one producer's transaction. */
    public HeapPayload build(long producerId, short producerEpoch, long nowMs) {
        ByteBuffer key = ByteBuffer.allocate(2 * Short.BYTES)
                .putShort((short) 0)
                .putShort(commit ? COMMIT : ABORT)
                .flip();
        ByteBuffer value = ByteBuffer.allocate(Short.BYTES + Integer.BYTES)
                .putShort((short) 0)
                .putInt(coordinatorEpoch)
                .flip();
        return new BatchBuilder()
                .control()
                .transactional()
                .producer(producerId, producerEpoch, BatchHeader.NO_SEQUENCE)
                .append(nowMs, key, value)
                .build();
    }
}
