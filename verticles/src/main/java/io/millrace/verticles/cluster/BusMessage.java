package io.millrace.verticles.cluster;

import io.netty.buffer.ByteBuf;
import io.vertx.core.eventbus.impl.CodecManager;
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
    /** Vert.x' own codecs have numbers; it looks them up without a check, and leaves the connection open behind the exception. */
    private static final int UNNAMED_CODECS = new CodecManager().systemCodecs().length;

    private static final int MOST_TEXT_BYTES = 1024;

    /**
     * Whether Vert.x can read its beginning. What a Kafka client sends to the wrong port cannot: its first byte belongs to the number of an
     * API, and is zero.
     */
    static boolean isOne(ByteBuf message) {
        if (message.readableBytes() < 2 || message.getByte(message.readerIndex()) != VERSION) {
            return false;
        }
        byte codec = message.getByte(message.readerIndex() + 1);
        return codec >= NAMED_CODEC && codec < UNNAMED_CODECS;
    }

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
