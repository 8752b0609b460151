package io.millrace.verticles.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * A message of the bus of which Vert.x sees the first bytes only: the others, in memory and in files, are written right behind them by
 * {@link PiecedMessages}, so that files go to the socket without a copy. Vert.x takes a slice of what it sends; this one is its own.
 *
 * <p>Thread: made anywhere, written on the connection's loop. The pieces stay the maker's, who releases them when all is written.
 */
public final class PiecedMessage extends UnpooledHeapByteBuf {
    private final List<?> behind;

    /**
     * Creates the message.
     *
     * @param head its first bytes, which are copied
     * @param behind what comes behind them: {@link ByteBuf} and {@link io.netty.channel.FileRegion}, one at least
     */
    public PiecedMessage(ByteBuf head, List<?> behind) {
        super(UnpooledByteBufAllocator.DEFAULT, head.readableBytes(), head.readableBytes());
        this.behind = List.copyOf(behind);
        writeBytes(head, head.readerIndex(), head.readableBytes());
    }

    @Override
    public ByteBuf slice() {
        return this;
    }

    /** Writes all of it; done with the last piece. A piece that fails takes the connection with it, and so all that follow. */
    void write(ChannelHandlerContext context, ChannelPromise done) {
        context.write(Unpooled.wrappedBuffer(array(), arrayOffset(), readableBytes()));
        for (int index = 0; index < behind.size(); index++) {
            Object piece = behind.get(index);
            Object written =
                    piece instanceof ByteBuf bytes ? bytes.retainedDuplicate() : ReferenceCountUtil.retain(piece);
            if (index == behind.size() - 1) {
                context.write(written, done);
            } else {
                context.write(written);
            }
        }
    }
}
