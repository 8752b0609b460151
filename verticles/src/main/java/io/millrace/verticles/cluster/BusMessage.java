package io.millrace.verticles.cluster;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What stands before the body in a message of Vert.x' bus, as {@code ClusteredMessage} writes it: version, codec, send or publish,
 * address, reply address, sender, headers.
 *
 * <p>Thread: immutable.
 *
 * @param bodyAt where the body begins, counted from the message's first byte
 */
public record BusMessage(String codec, String address, String sender, int bodyAt) {
    private static final byte VERSION = 2;
    private static final byte NAMED_CODEC = -1;
    private static final int MOST_TEXT_BYTES = 1024;

    /** Null when the codec has no name, or it is not what is expected: then it is left to Vert.x to judge. */
    static BusMessage parse(ByteBuf message) {
        ByteBuf b = message.duplicate();
        try {
            if (b.readByte() != VERSION || b.readByte() != NAMED_CODEC) {
                return null;
            }
            String codec = text(b);
            b.skipBytes(1);
            String address = text(b);
            text(b);
            String sender = text(b);
            // Of all the headers, itself counted in.
            int headerBytes = b.readInt();
            if (headerBytes < Integer.BYTES) {
                return null;
            }
            b.skipBytes(headerBytes - Integer.BYTES);
            return new BusMessage(codec, address, sender, b.readerIndex() - message.readerIndex());
        } catch (IndexOutOfBoundsException malformed) {
            return null;
        }
    }

    private static String text(ByteBuf b) {
        int size = b.readInt();
        if (size < 0 || size > MOST_TEXT_BYTES) {
            throw new IndexOutOfBoundsException(size);
        }
        return size == 0 ? "" : b.readCharSequence(size, StandardCharsets.UTF_8).toString();
    }
}
