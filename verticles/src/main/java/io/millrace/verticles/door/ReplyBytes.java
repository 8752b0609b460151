package io.millrace.verticles.door;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * Puts the parts of an encoded answer into one message body: the one copy that the bus asks for, since it sends bodies and not
 * files or references.
 *
 * <p>Thread: the session's loop. File regions are resident in the page cache when they get here.
 */
final class ReplyBytes {
    private static final int SIZE_FIELD_BYTES = 4;

    private ReplyBytes() {}

    /** The body of the reply; releases the parts, in any case. */
    static Buffer of(List<?> parts) throws IOException {
        int size = 1 - SIZE_FIELD_BYTES;
        for (Object part : parts) {
            size += part instanceof ByteBuf bytes
                    ? bytes.readableBytes()
                    : Math.toIntExact(((FileRegion) part).count());
        }
        ByteBuffer body = ByteBuffer.allocate(size);
        body.put(DoorFrame.VERSION);
        int skip = SIZE_FIELD_BYTES;
        try {
            for (Object part : parts) {
                if (part instanceof ByteBuf bytes) {
                    bytes.skipBytes(skip);
                    skip = 0;
                    ByteBuffer target = body.duplicate();
                    target.limit(target.position() + bytes.readableBytes());
                    body.position(target.limit());
                    bytes.readBytes(target);
                } else {
                    copy((FileRegion) part, body);
                }
            }
        } finally {
            parts.forEach(ReferenceCountUtil::release);
        }
        return BufferInternal.buffer(Unpooled.wrappedBuffer(body.array()));
    }

    private static void copy(FileRegion region, ByteBuffer body) throws IOException {
        Sink sink = new Sink(body);
        while (region.transferred() < region.count()) {
            if (region.transferTo(sink, region.transferred()) <= 0) {
                throw new IOException("a segment ends " + (region.count() - region.transferred()) + " bytes early");
            }
        }
    }

    private record Sink(ByteBuffer body) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            int bytes = source.remaining();
            body.put(source);
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
