package io.millrace.client;

import io.millrace.log.batch.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A record as it was read. It is the application's own: it may be kept, and the client does not touch it any more.
 *
 * <p>Thread: any, as long as nobody writes to its arrays.
 */
public final class ConsumedRecord {
    private final TopicPartition partition;
    private final long offset;
    private final long timestamp;
    private final byte[] key;
    private final byte[] value;
    private final List<RecordHeader> headers;

    /** Made by the consumer; the arrays are not copied. */
    public ConsumedRecord(
            TopicPartition partition,
            long offset,
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers) {
        this.partition = partition;
        this.offset = offset;
        this.timestamp = timestamp;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    public String topic() {
        return partition.topic();
    }

    public int partition() {
        return partition.partition();
    }

    public TopicPartition topicPartition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    public long timestamp() {
        return timestamp;
    }

    /** The key, null when it has none: the record's own array, not a copy. */
    public byte[] keyBytes() {
        return key;
    }

    /** The value, null when it has none: the record's own array, not a copy. */
    public byte[] valueBytes() {
        return value;
    }

    /** The key, null when it has none; a copy. */
    public Buffer key() {
        return key == null ? null : Buffer.buffer(key);
    }

    /** The value, null when it has none; a copy. */
    public Buffer value() {
        return value == null ? null : Buffer.buffer(value);
    }

    public String keyText() {
        return text(key);
    }

    public String valueText() {
        return text(value);
    }

    /** Bytes of the value, 0 when it has none. */
    public int valueSizeBytes() {
        return value == null ? 0 : value.length;
    }

    public List<RecordHeader> headers() {
        return headers;
    }

    private static String text(byte[] utf8) {
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }
}
