package io.millrace.simulation;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A record as it lies in a log.
 *
 * <p>Thread: immutable.
 */
record SimRecord(long offset, String value) {
    private static final int MAX_BYTES = 1 << 16;

    /** The records of whole batches; a checksum that is wrong is a defect of who sent them. */
    static List<SimRecord> in(byte[] batches) {
        List<SimRecord> records = new ArrayList<>();
        ByteBuffer b = ByteBuffer.wrap(batches);
        int at = 0;
        while (b.limit() - at >= BatchHeader.SIZE_BYTES && b.limit() - at >= BatchHeader.sizeBytes(b, at)) {
            if (BatchHeader.computeCrc(b, at) != BatchHeader.crc(b, at)) {
                throw new IllegalStateException("a batch with a wrong checksum at " + BatchHeader.baseOffset(b, at));
            }
            try (RecordCursor cursor = RecordCursor.read(b, at, MAX_BYTES)) {
                while (cursor.next()) {
                    byte[] value = new byte[cursor.value().remaining()];
                    cursor.value().duplicate().get(value);
                    records.add(new SimRecord(cursor.offset(), new String(value, StandardCharsets.UTF_8)));
                }
            }
            at += BatchHeader.sizeBytes(b, at);
        }
        return records;
    }
}
