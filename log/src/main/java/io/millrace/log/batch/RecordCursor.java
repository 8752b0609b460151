package io.millrace.log.batch;

import io.millrace.log.AppendError;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks the records of one batch. A skimming cursor reads what the broker decides by (offset, timestamp, whether there is
 * a key) and allocates nothing per record; a reading one also hands out keys, values and headers, as views of the batch; a copying
 * one in arrays that are the caller's.
 *
 * <p>The header has been checked, the records have not: whatever they say, the cursor ends in {@link BatchException} and
 * not in an endless loop or an exhausted heap.
 *
 * <p>Thread: one.
 */
public final class RecordCursor implements AutoCloseable {
    /** What becomes of keys, values and headers. */
    private enum Contents {
        SKIMMED,
        VIEWED,
        COPIED
    }

    private final RecordSource source;
    private final boolean reading;
    private final boolean copying;
    private final int maxRecordBytes;
    private final long baseOffset;
    private final long baseTimestamp;
    private final long appendTimestamp;
    private final boolean logAppendTime;
    private final int count;

    private int index = -1;
    private int sizeBytes;
    private int offsetDelta;
    private long timestampDelta;
    private int keySize;
    private int valueSize;
    private ByteBuffer key;
    private ByteBuffer value;
    private byte[] keyBytes;
    private byte[] valueBytes;
    private List<RecordHeader> headers = List.of();

    private RecordCursor(ByteBuffer batch, int at, int maxRecordBytes, Contents contents) {
        this.reading = contents == Contents.VIEWED;
        this.copying = contents == Contents.COPIED;
        this.maxRecordBytes = maxRecordBytes;
        this.baseOffset = BatchHeader.baseOffset(batch, at);
        this.baseTimestamp = BatchHeader.baseTimestamp(batch, at);
        this.appendTimestamp = BatchHeader.maxTimestamp(batch, at);
        this.logAppendTime = BatchHeader.isLogAppendTime(batch, at);
        this.count = BatchHeader.recordCount(batch, at);
        int from = at + BatchHeader.SIZE_BYTES;
        int end = at + BatchHeader.sizeBytes(batch, at);
        if (end < from || end > batch.limit() || count < 0) {
            throw new BatchException(AppendError.CORRUPT_MESSAGE, "The batch is shorter than its header says");
        }
        Compression codec = Compression.ofId(BatchHeader.codecId(batch, at));
        if (codec == null) {
            throw new BatchException(
                    AppendError.UNSUPPORTED_COMPRESSION_TYPE, "There is no codec " + BatchHeader.codecId(batch, at));
        }
        this.source = codec == Compression.NONE
                ? new BufferSource(batch, from, end)
                : new PackedSource(codec, batch.duplicate().limit(end).position(from));
    }

    /**
     * Skims the batch at an index of a buffer.
     *
     * @throws io.millrace.log.compress.CodecMissingException when the batch's codec has no jar here
     */
    public static RecordCursor skim(ByteBuffer batch, int at, int maxRecordBytes) {
        return new RecordCursor(batch, at, maxRecordBytes, Contents.SKIMMED);
    }

    /** Reads the batch at an index of a buffer; keys and values of unpacked batches are views of that buffer. */
    public static RecordCursor read(ByteBuffer batch, int at, int maxRecordBytes) {
        return new RecordCursor(batch, at, maxRecordBytes, Contents.VIEWED);
    }

    /** Reads the batch at an index of a buffer; keys and values are arrays of their own, made for each record. */
    public static RecordCursor copy(ByteBuffer batch, int at, int maxRecordBytes) {
        return new RecordCursor(batch, at, maxRecordBytes, Contents.COPIED);
    }

    /** Moves to the next record; false after the last, when nothing may be left. */
    public boolean next() {
        if (index + 1 >= count) {
            if (!source.atEnd()) {
                throw BatchException.invalid("The batch has more records than its header counts");
            }
            return false;
        }
        index++;
        sizeBytes = source.beginRecord(maxRecordBytes);
        // The record's attributes: nothing is defined in them.
        source.int8();
        timestampDelta = source.varlong();
        offsetDelta = source.varint();
        keySize = source.varint();
        if (copying) {
            keyBytes = copy(keySize);
            valueSize = source.varint();
            valueBytes = copy(valueSize);
        } else {
            key = bytes(keySize);
            valueSize = source.varint();
            value = bytes(valueSize);
        }
        readHeaders();
        if (source.left() != 0) {
            throw BatchException.invalid("Invalid record size: " + source.left() + " bytes are left after the headers");
        }
        return true;
    }

    private void readHeaders() {
        int headerCount = source.varint();
        if (headerCount < 0) {
            throw BatchException.invalid("Found invalid number of record headers " + headerCount);
        }
        if (headerCount > source.left()) {
            throw BatchException.invalid("Found invalid number of record headers. " + headerCount
                    + " is larger than the remaining size of the record");
        }
        headers = (reading || copying) && headerCount > 0 ? new ArrayList<>(Math.min(headerCount, 16)) : List.of();
        for (int i = 0; i < headerCount; i++) {
            int nameSize = source.varint();
            if (nameSize < 0) {
                throw BatchException.invalid("Invalid negative header key size " + nameSize);
            }
            if (copying) {
                String name = new String(source.copy(nameSize), StandardCharsets.UTF_8);
                headers.add(RecordHeader.of(name, copy(source.varint())));
            } else {
                ByteBuffer name = bytes(nameSize);
                ByteBuffer content = bytes(source.varint());
                if (reading) {
                    headers.add(
                            new RecordHeader(StandardCharsets.UTF_8.decode(name).toString(), content));
                }
            }
        }
    }

    /** The bytes when reading; null when there are none or when skimming. */
    private ByteBuffer bytes(int size) {
        if (size < 0) {
            return null;
        }
        if (reading) {
            return source.take(size);
        }
        source.skip(size);
        return null;
    }

    private byte[] copy(int size) {
        return size < 0 ? null : source.copy(size);
    }

    /** The record's place in the batch, from 0. */
    public int index() {
        return index;
    }

    public int offsetDelta() {
        return offsetDelta;
    }

    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** The log's append time where the batch is stamped with it, else the producer's own. */
    public long timestamp() {
        return logAppendTime ? appendTimestamp : baseTimestamp + timestampDelta;
    }

    /** Without the size field itself. */
    public int sizeBytes() {
        return sizeBytes;
    }

    public boolean hasKey() {
        return keySize >= 0;
    }

    public boolean hasValue() {
        return valueSize >= 0;
    }

    /** @return null when the record has none, or when not reading */
    public ByteBuffer key() {
        return key == null ? null : key.duplicate();
    }

    /** The caller's own; null when the record has none, or when not copying. */
    public byte[] keyBytes() {
        return keyBytes;
    }

    /** As {@link #keyBytes}. */
    public byte[] valueBytes() {
        return valueBytes;
    }

    /** @return null when the record has none, or when not reading */
    public ByteBuffer value() {
        return value == null ? null : value.duplicate();
    }

    public List<RecordHeader> headers() {
        return headers;
    }

    @Override
    public void close() {
        source.close();
    }
}
