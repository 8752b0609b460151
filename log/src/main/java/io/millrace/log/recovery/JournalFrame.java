package io.millrace.log.recovery;

import io.millrace.log.batch.Crc;
import java.nio.ByteBuffer;

/**
 * One frame of the {@link CheckpointJournal}: length, checksum, state, payload.
 *
 * <p>Thread: any (no state).
 */
final class JournalFrame {
    /** What a frame takes beside its payload. */
    static final int OVERHEAD_BYTES = 9;

    static final byte IN_FORCE = 1;
    static final byte WITHDRAWN = 0;

    private static final int MAX_PAYLOAD_BYTES = 256 << 20;

    private JournalFrame() {}

    /** A frame in force, ready to be written. */
    static ByteBuffer of(ByteBuffer payload) {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(OVERHEAD_BYTES + length);
        frame.putInt(length).putInt(crc(payload, payload.position(), length)).put(IN_FORCE);
        return frame.put(payload.duplicate()).flip();
    }

    /** Size of the whole frame; -1 when there is no intact one. */
    static int sizeBytes(ByteBuffer all, int at) {
        if (at + OVERHEAD_BYTES > all.limit()) return -1;
        int length = all.getInt(at);
        if (length < 1 || length > MAX_PAYLOAD_BYTES || length > all.limit() - at - OVERHEAD_BYTES) return -1;
        return all.getInt(at + 4) == crc(all, at + OVERHEAD_BYTES, length) ? OVERHEAD_BYTES + length : -1;
    }

    static boolean intactOneFollows(ByteBuffer all, int from) {
        for (int at = from + 1; at + OVERHEAD_BYTES < all.limit(); at++) {
            if (sizeBytes(all, at) > 0) return true;
        }
        return false;
    }

    private static int crc(ByteBuffer bytes, int at, int length) {
        return Crc.of(bytes, at, length) ^ Integer.reverse(length);
    }
}
