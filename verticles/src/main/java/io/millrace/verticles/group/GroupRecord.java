package io.millrace.verticles.group;

import java.util.Objects;

/**
 * One record for {@code __consumer_offsets}: key and value in Kafka's own format; a null value is a tombstone.
 *
 * <p>Thread: any; nobody changes the arrays.
 */
public record GroupRecord(byte[] key, byte[] value) {
    public GroupRecord {
        Objects.requireNonNull(key);
    }

    public static GroupRecord tombstone(byte[] key) {
        return new GroupRecord(key, null);
    }

    /** What the record takes in a batch at most: its bytes and the overhead of one record. */
    public int sizeBoundBytes() {
        return key.length + (value == null ? 0 : value.length) + RECORD_OVERHEAD_BYTES;
    }

    /** Length, attributes, timestamp and offset deltas, key and value length, header count: varints of 33 bytes at most. */
    private static final int RECORD_OVERHEAD_BYTES = 33;
}
