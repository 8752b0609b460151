package io.millrace.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * kafka-clients' own encoding and decoding, which ours is compared with.
 *
 * <p>Thread: any; stateless.
 */
public final class Oracle {
    private Oracle() {}

    public static ByteBuf encode(ApiMessage message, short version) {
        return Unpooled.wrappedBuffer(
                MessageUtil.toByteBufferAccessor(message, version).buffer());
    }

    /** Reads the whole of the buffer into {@code empty}. */
    public static <T extends ApiMessage> T decode(ByteBuf bytes, T empty, short version) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.readableBytes());
        bytes.getBytes(bytes.readerIndex(), copy);
        copy.flip();
        empty.read(new ByteBufferAccessor(copy), version);
        if (copy.hasRemaining()) {
            throw new IllegalArgumentException(copy.remaining() + " bytes are left behind the message");
        }
        return empty;
    }
}
