package io.millrace.log.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C over a range of a buffer, without an object per call: each thread keeps one checksum object.
 *
 * <p>Thread: any.
 */
public final class Crc {
    private static final ThreadLocal<CRC32C> CHECKSUM = ThreadLocal.withInitial(CRC32C::new);

    private Crc() {}

    /** The checksum of {@code size} bytes from {@code index}; position and limit are as before when this returns. */
    public static int of(ByteBuffer buffer, int index, int size) {
        int position = buffer.position();
        int limit = buffer.limit();
        CRC32C crc = CHECKSUM.get();
        crc.reset();
        // Not position first: it must never exceed the limit in between.
        buffer.limit(buffer.capacity()).position(index).limit(index + size);
        try {
            crc.update(buffer);
        } finally {
            buffer.limit(limit).position(position);
        }
        return (int) crc.getValue();
    }

    public static int of(byte[] bytes, int index, int size) {
        CRC32C crc = CHECKSUM.get();
        crc.reset();
        crc.update(bytes, index, size);
        return (int) crc.getValue();
    }
}
