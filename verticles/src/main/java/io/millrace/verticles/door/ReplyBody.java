package io.millrace.verticles.door;

import io.millrace.verticles.cluster.PiecedMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * The body of an answer, and how it gets behind a message's head.
 *
 * <p>Thread: one at a time; the references that it holds may be counted anywhere.
 */
interface ReplyBody {
    int sizeBytes();

    /** The whole message, of which the socket can not release anything; called once. */
    ByteBuf behind(ByteBuf head);

    /** It has been written, or never will be. */
    void release();

    /** A body outside of the heap, which is taken over. */
    static ReplyBody of(ByteBuf body) {
        return new InMemory(body);
    }

    /** A body some of which lies in files; its pieces are taken over. */
    static ReplyBody of(List<?> pieces) {
        return new InFiles(pieces);
    }

    /** All of it in one buffer. */
    final class InMemory implements ReplyBody {
        /** Smaller parts on average are collected in one buffer: the kernel takes so long for each piece. */
        private static final int WORTH_A_PIECE_BYTES = 2048;

        private final ByteBuf body;
        private ByteBuf wire;

        private InMemory(ByteBuf body) {
            this.body = body;
        }

        @Override
        public int sizeBytes() {
            return body.readableBytes();
        }

        ByteBuf bytes() {
            return body;
        }

        @Override
        public ByteBuf behind(ByteBuf head) {
            int size = head.readableBytes();
            int bytes = body.readableBytes();
            if (body instanceof CompositeByteBuf parts && bytes / parts.numComponents() < WORTH_A_PIECE_BYTES) {
                wire = PooledByteBufAllocator.DEFAULT
                        .directBuffer(size + bytes, size + bytes)
                        .writeBytes(head)
                        .writeBytes(body, body.readerIndex(), bytes);
                return wire;
            }
            ByteBuf first =
                    PooledByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(head);
            wire = new CompositeByteBuf(UnpooledByteBufAllocator.DEFAULT, true, 2)
                    .addComponent(true, first)
                    .addComponent(true, body.retain());
            return wire;
        }

        @Override
        public void release() {
            if (wire != null) {
                wire.release();
                wire = null;
            }
            body.release();
        }
    }

    /** Pieces, the socket takes the files from where they are. */
    record InFiles(List<?> pieces) implements ReplyBody {
        @Override
        public int sizeBytes() {
            return Math.toIntExact(ReplyBytes.size(pieces));
        }

        @Override
        public ByteBuf behind(ByteBuf head) {
            return new PiecedMessage(head, pieces);
        }

        @Override
        public void release() {
            pieces.forEach(ReferenceCountUtil::release);
        }
    }
}
