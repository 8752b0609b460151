package io.millrace.client;

import io.millrace.log.batch.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A record to be appended.
 *
 * <p>Thread: filled by one, then handed to the producer and not changed any more.
 */
public final class LogRecord {
    private static final int ANY_PARTITION = -1;
    private static final long NOW = -1;
    private static final RecordHeader[] NO_HEADERS = new RecordHeader[0];

    private final String topic;
    private final byte[] key;
    private final byte[] value;
    private int partition = ANY_PARTITION;
    private long timestamp = NOW;
    private List<RecordHeader> headers;

    /**
     * A record for a topic.
     *
     * @param key decides the partition as Kafka's producers do; null for none
     * @param value null deletes the key in a compacted topic
     */
    public LogRecord(String topic, byte[] key, byte[] value) {
        this.topic = Objects.requireNonNull(topic, "topic");
        this.key = key;
        this.value = value;
    }

    public static LogRecord of(String topic, Buffer key, Buffer value) {
        return new LogRecord(topic, key == null ? null : key.getBytes(), value == null ? null : value.getBytes());
    }

    public static LogRecord of(String topic, String key, String value) {
        return new LogRecord(topic, utf8(key), utf8(value));
    }

    private static byte[] utf8(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Chooses the partition, whatever the key. */
    public LogRecord partition(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("partition " + number);
        }
        partition = number;
        return this;
    }

    /** Milliseconds since 1970; without it the time at which the producer takes the record. */
    public LogRecord timestamp(long ms) {
        if (ms < 0) {
            throw new IllegalArgumentException("timestamp " + ms);
        }
        timestamp = ms;
        return this;
    }

    /** Adds a header: its name may occur again, its content may be null. */
    public LogRecord header(String name, byte[] content) {
        Objects.requireNonNull(name, "a header's name");
        if (headers == null) {
            headers = new ArrayList<>(4);
        }
        headers.add(RecordHeader.of(name, content));
        return this;
    }

    public String topic() {
        return topic;
    }

    public byte[] key() {
        return key;
    }

    public byte[] value() {
        return value;
    }

    public boolean hasPartition() {
        return partition != ANY_PARTITION;
    }

    /** -1 when the producer is to choose. */
    public int partition() {
        return partition;
    }

    public boolean hasTimestamp() {
        return timestamp != NOW;
    }

    public long timestamp() {
        return timestamp;
    }

    public RecordHeader[] headers() {
        return headers == null ? NO_HEADERS : headers.toArray(NO_HEADERS);
    }

    /** What the record takes in a producer's buffer, about. */
    public int sizeBytes() {
        int bytes = 32 + (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
        if (headers != null) {
            for (RecordHeader header : headers) {
                bytes += 8
                        + header.key().length()
                        + (header.value() == null ? 0 : header.value().remaining());
            }
        }
        return bytes;
    }
}
