package io.millrace.membership.quorum;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Writes the fields that {@link MessageReader} reads, into a buffer of exactly the announced size.
 *
 * <p>Thread: one.
 */
final class MessageWriter {
    static final int POSITION_BYTES = Long.BYTES + Integer.BYTES;
    static final int UUID_BYTES = 2 * Long.BYTES;

    private final ByteBuffer out;

    MessageWriter(int sizeBytes) {
        out = ByteBuffer.allocate(sizeBytes);
    }

    static int textBytes(String text) {
        return 1 + text.getBytes(StandardCharsets.UTF_8).length;
    }

    static int votersBytes(VoterSet voters) {
        return Integer.BYTES + voters.voters().size() * (Integer.BYTES + UUID_BYTES);
    }

    MessageWriter int8(int value) {
        out.put((byte) value);
        return this;
    }

    MessageWriter bool(boolean value) {
        return int8(value ? 1 : 0);
    }

    MessageWriter int32(int value) {
        out.putInt(value);
        return this;
    }

    MessageWriter int64(long value) {
        out.putLong(value);
        return this;
    }

    MessageWriter uuid(UUID value) {
        return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
    }

    MessageWriter position(LogPosition value) {
        return int64(value.endOffset()).int32(value.epoch());
    }

    MessageWriter bytes(byte[] value) {
        out.putInt(value.length).put(value);
        return this;
    }

    MessageWriter text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("a text of " + bytes.length + " bytes");
        }
        out.put((byte) bytes.length).put(bytes);
        return this;
    }

    MessageWriter voters(VoterSet value) {
        out.putInt(value.voters().size());
        value.voters().forEach((id, directory) -> int32(id).uuid(directory));
        return this;
    }

    byte[] done() {
        if (out.hasRemaining()) {
            throw new IllegalStateException(out.remaining() + " bytes of a message were not written");
        }
        return out.array();
    }
}
