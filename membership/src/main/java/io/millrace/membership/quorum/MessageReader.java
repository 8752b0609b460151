package io.millrace.membership.quorum;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Reads the fields of a message; every length is checked against what is left before anything is allocated.
 *
 * <p>Thread: one.
 */
final class MessageReader {
    /** Id and directory id. */
    private static final int VOTER_BYTES = Integer.BYTES + 2 * Long.BYTES;

    private final ByteBuffer in;

    MessageReader(ByteBuffer in) {
        this.in = in;
    }

    int int8() {
        need(1);
        return in.get();
    }

    boolean bool() {
        int value = int8();
        if (value != 0 && value != 1) {
            throw new MessageFormatException("a boolean has the value " + value);
        }
        return value == 1;
    }

    int int32() {
        need(Integer.BYTES);
        return in.getInt();
    }

    long int64() {
        need(Long.BYTES);
        return in.getLong();
    }

    UUID uuid() {
        return new UUID(int64(), int64());
    }

    LogPosition position() {
        return new LogPosition(int64(), int32());
    }

    /** A count of things that take at least {@code leastBytes} each. */
    int count(int leastBytes, int most) {
        int count = int32();
        if (count < 0 || count > most || (long) count * leastBytes > in.remaining()) {
            throw new MessageFormatException("a count of " + count + " with " + in.remaining() + " bytes left");
        }
        return count;
    }

    byte[] bytes() {
        byte[] bytes = new byte[count(1, Integer.MAX_VALUE)];
        in.get(bytes);
        return bytes;
    }

    String text() {
        int length = int8();
        if (length < 0) {
            throw new MessageFormatException("a text of " + length + " bytes");
        }
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    VoterSet voters() {
        int count = count(VOTER_BYTES, VoterSet.MAX_VOTERS);
        Map<Integer, UUID> voters = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            voters.put(int32(), uuid());
        }
        if (voters.isEmpty() || voters.size() < count) {
            throw new MessageFormatException("a voter twice, or none");
        }
        return new VoterSet(voters);
    }

    void end() {
        if (in.hasRemaining()) {
            throw new MessageFormatException(in.remaining() + " bytes too many");
        }
    }

    private void need(int bytes) {
        if (in.remaining() < bytes) {
            throw new MessageFormatException("ends " + (bytes - in.remaining()) + " bytes too early");
        }
    }
}
