package io.millrace.client;

import io.millrace.log.batch.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A record as it was read.
 *
 * <p>Thread: any; nothing in it is ever written.
 */
public final class ConsumedRecord {
    private final TopicPartition partition;
    private final long offset;
    private final long timestamp;
    private final ByteBuffer key;
    private final ByteBuffer value;
    private final List<RecordHeader> headers;

    /** Made by the consumer; the buffers are not copied. */
    public ConsumedRecord(
            TopicPartition partition,
            long offset,
            long timestamp,
            ByteBuffer key,
            ByteBuffer value,
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

    /** The key, null when it has none; a copy. */
    public byte[] keyBytes() {
        return bytes(key);
    }

    /** The value, null when it has none; a copy. */
    public byte[] valueBytes() {
        return bytes(value);
    }

    public Buffer key() {
        return key == null ? null : Buffer.buffer(keyBytes());
    }

    public Buffer value() {
        return value == null ? null : Buffer.buffer(valueBytes());
    }

    public String keyText() {
        return text(key);
    }

    public String valueText() {
        return text(value);
    }

    /** Bytes of the value, 0 when it has none. */
    public int valueSizeBytes() {
        return value == null ? 0 : value.remaining();
    }

    public List<RecordHeader> headers() {
        return headers;
    }

    private static byte[] bytes(ByteBuffer from) {
        if (from == null) {
            return null;
        }
        byte[] copy = new byte[from.remaining()];
        from.get(from.position(), copy);
        return copy;
    }

    private static String text(ByteBuffer from) {
        return from == null
                ? null
                : StandardCharsets.UTF_8.decode(from.duplicate()).toString();
    }
}
