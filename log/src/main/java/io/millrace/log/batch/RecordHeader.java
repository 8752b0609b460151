package io.millrace.log.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A header of a record.
 *
 * <p>Thread: any, as long as nobody moves the value's position.
 *
 * @param value null when the header has none
 */
public record RecordHeader(String key, ByteBuffer value) {
    public static RecordHeader of(String key, byte[] value) {
        return new RecordHeader(key, value == null ? null : ByteBuffer.wrap(value));
    }

    byte[] keyBytes() {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
