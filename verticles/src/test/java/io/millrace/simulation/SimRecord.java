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
record SimRecord(long offset, String key, String value) {
    private static final int MAX_BYTES = 1 << 16;

    /** What a client is told of it. */
    String content() {
        return content(key, value);
    }

    static String content(String key, String value) {
        return key + "=" + (value == null ? "nothing" : value);
    }

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
                    records.add(new SimRecord(
                            cursor.offset(),
                            cursor.hasKey() ? text(cursor.key()) : null,
                            cursor.hasValue() ? text(cursor.value()) : null));
                }
            }
            at += BatchHeader.sizeBytes(b, at);
        }
        return records;
    }

    /** ISO-8859-1, since keys and values of internal topics are bytes. */
    private static String text(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }

    /** Where to go on reading behind whole batches; {@code none} when there are none. */
    static long endOf(byte[] batches, long none) {
        ByteBuffer b = ByteBuffer.wrap(batches);
        long end = none;
        int at = 0;
        while (b.limit() - at >= BatchHeader.SIZE_BYTES && b.limit() - at >= BatchHeader.sizeBytes(b, at)) {
            end = BatchHeader.nextOffset(b, at);
            at += BatchHeader.sizeBytes(b, at);
        }
        return end;
    }
}
