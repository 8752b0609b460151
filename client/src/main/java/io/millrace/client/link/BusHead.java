package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What stands before the body in a message of Vert.x' bus: version, codec, send or publish, address, reply address, sender, headers.
 *
 * <p>Thread: immutable.
 *
 * @param bodyAt where the body begins, its length first, counted from the message's first byte
 */
record BusHead(String codec, String address, int bodyAt) {
    private static final byte VERSION = 2;
    private static final byte NAMED_CODEC = -1;
    private static final int MOST_TEXT_BYTES = 1024;

    /** Null when the codec has no name, or it is not what is expected: then Vert.x may judge it. */
    static BusHead parse(ByteBuf message) {
        ByteBuf b = message.duplicate();
        try {
            if (b.readByte() != VERSION || b.readByte() != NAMED_CODEC) {
                return null;
            }
            String codec = text(b);
            b.skipBytes(1);
            String address = text(b);
            // The reply address and the sender.
            text(b);
            text(b);
            // Of all the headers, itself counted in.
            int headerBytes = b.readInt();
            if (headerBytes < Integer.BYTES) {
                return null;
            }
            b.skipBytes(headerBytes - Integer.BYTES);
            int bodyAt = b.readerIndex() - message.readerIndex();
            return b.readInt() == b.readableBytes() ? new BusHead(codec, address, bodyAt) : null;
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
