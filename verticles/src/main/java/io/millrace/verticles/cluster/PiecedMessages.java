package io.millrace.verticles.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * The last one to see what is written to a connection that this process opened: writes the pieces of a {@link PiecedMessage}.
 *
 * <p>Thread: the connection's loop; stateless.
 */
@ChannelHandler.Sharable
final class PiecedMessages extends ChannelOutboundHandlerAdapter {
    static final PiecedMessages INSTANCE = new PiecedMessages();

    private PiecedMessages() {}

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise done) {
        // Vert.x puts what must not be released by the socket into a wrapper.
        if (message instanceof ByteBuf bytes && bytes.unwrap() instanceof PiecedMessage pieced) {
            pieced.write(context, done);
        } else {
            context.write(message, done);
        }
    }
}
