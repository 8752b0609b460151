package io.millrace.verticles.coordinator;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import java.nio.ByteBuffer;

/**
 * Walks whole batches and hands out their records a few at a time, so that a loop can do other things in between. What
 * control batches hold is nobody's, and a batch that compaction has emptied holds nothing.
 *
 * <p>Thread: the shard's loop.
 */
final class RecordFeed {
    /** Takes one record; key and value are read from position to limit, and null when absent. */
    @FunctionalInterface
    interface Sink {
        void record(ByteBuffer key, ByteBuffer value, long offset, long timestampMs);
    }

    private final ByteBuffer batches;
    private final int maxRecordBytes;
    private int at;
    private RecordCursor cursor;

    /** All batches between position and limit; {@code maxRecordBytes} bounds what one record may unpack to. */
    RecordFeed(ByteBuffer batches, int maxRecordBytes) {
        this.batches = batches;
        this.maxRecordBytes = maxRecordBytes;
        this.at = batches.position();
    }

    /**
     * Hands out at most {@code most} records from {@code fromOffset} on.
     *
     * @return whether there may be more
     * @throws io.millrace.log.batch.BatchException when the bytes are no batches
     */
    boolean feed(long fromOffset, int most, Sink sink) {
        for (int fed = 0; fed < most; ) {
            if (cursor == null && !openNext()) {
                return false;
            }
            if (cursor.next()) {
                fed++;
                if (cursor.offset() >= fromOffset) {
                    sink.record(cursor.key(), cursor.value(), cursor.offset(), cursor.timestamp());
                }
            } else {
                close();
            }
        }
        return true;
    }

    private boolean openNext() {
        while (at < batches.limit()) {
            int batch = at;
            at += BatchHeader.sizeBytes(batches, batch);
            if (!BatchHeader.isControl(batches, batch)) {
                cursor = RecordCursor.read(batches, batch, maxRecordBytes);
                return true;
            }
        }
        return false;
    }

    /** Ends early; nothing is handed out any more from the batch at hand. */
    void close() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }
}
