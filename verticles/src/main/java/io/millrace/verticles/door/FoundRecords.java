package io.millrace.verticles.door;

import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.batch.RecordHeader;
import io.millrace.log.compress.CodecMissingException;
import io.millrace.protocol.Errors;
import io.millrace.verticles.shard.PartitionFetch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a plain read, one by one, and where to go on.
 *
 * <p>Thread: immutable once made.
 */
record FoundRecords(List<Entry> entries, long nextOffset, long highWatermark, long logStartOffset) {
    /** A few bytes can unpack to very many: an answer ends after this many times what it may be as stored. */
    private static final int MOST_EXPANSION = 4;

    /** Offset, time and what stands around them. */
    private static final int RECORD_BYTES = 64;

    /** One record. */
    record Entry(long offset, long timestamp, byte[] key, byte[] value, List<RecordHeader> headers) {}

    static FoundRecords none(PartitionFetch fetch) {
        return new FoundRecords(List.of(), fetch.fetchOffset(), fetch.highWatermark(), fetch.logStartOffset());
    }

    /** Unpacks whole batches; a record that is larger than the bound comes alone. */
    static FoundRecords in(ByteBuffer batches, PartitionFetch fetch, DoorLimits limits) {
        List<Entry> entries = new ArrayList<>();
        long next = fetch.fetchOffset();
        long mostBytes = (long) MOST_EXPANSION * limits.maxPlainBytes();
        long bytes = 0;
        try {
            for (int at = 0; at + BatchHeader.SIZE_BYTES <= batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                if (BatchHeader.isControl(batches, at)) {
                    next = BatchHeader.nextOffset(batches, at);
                    continue;
                }
                try (RecordCursor cursor = RecordCursor.read(batches, at, Integer.MAX_VALUE)) {
                    while (cursor.next()) {
                        if (cursor.offset() < fetch.fetchOffset()) {
                            continue;
                        }
                        if (!entries.isEmpty() && bytes + cursor.sizeBytes() > mostBytes) {
                            return answer(entries, next, fetch);
                        }
                        bytes += cursor.sizeBytes();
                        entries.add(entry(cursor));
                        next = cursor.offset() + 1;
                    }
                }
                next = BatchHeader.nextOffset(batches, at);
            }
        } catch (BatchException | CodecMissingException unreadable) {
            if (entries.isEmpty()) {
                throw DoorFailure.of(Errors.CORRUPT_MESSAGE, unreadable.getMessage());
            }
        }
        return answer(entries, next, fetch);
    }

    /** What its keys, values and headers take. */
    long sizeBytes() {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += RECORD_BYTES + size(entry.key()) + size(entry.value());
            for (RecordHeader header : entry.headers()) {
                bytes += header.key().length()
                        + (header.value() == null ? 0 : header.value().remaining());
            }
        }
        return bytes;
    }

    private static int size(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static FoundRecords answer(List<Entry> entries, long next, PartitionFetch fetch) {
        return new FoundRecords(List.copyOf(entries), next, fetch.highWatermark(), fetch.logStartOffset());
    }

    private static Entry entry(RecordCursor cursor) {
        List<RecordHeader> headers = new ArrayList<>(cursor.headers().size());
        for (RecordHeader header : cursor.headers()) {
            headers.add(RecordHeader.of(header.key(), bytes(header.value())));
        }
        return new Entry(cursor.offset(), cursor.timestamp(), bytes(cursor.key()), bytes(cursor.value()), headers);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
