package io.millrace.verticles.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.function.IntSupplier;

/**
 * The last one to see what is written to a connection that this process opened: writes the pieces of a {@link PiecedMessage}. With the
 * first of them it bounds what the kernel takes of the connection at a time, so that whoever reads such messages finds them in a cache, and
 * has it sent unpaced if it leads nowhere else than to this machine.
 *
 * <p>Thread: the connection's loop.
 */
final class PiecedMessages extends ChannelOutboundHandlerAdapter {
    private final IntSupplier sendBufferBytes;
    private boolean isBounded;

    /** @param sendBufferBytes what the kernel may hold; not positive for its own choice */
    PiecedMessages(IntSupplier sendBufferBytes) {
        this.sendBufferBytes = sendBufferBytes;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise done) {
        // Vert.x puts what must not be released by the socket into a wrapper.
        if (message instanceof ByteBuf bytes && bytes.unwrap() instanceof PiecedMessage pieced) {
            bound(context);
            pieced.write(context, done);
        } else {
            context.write(message, done);
        }
    }

    private void bound(ChannelHandlerContext context) {
        if (isBounded) {
            return;
        }
        isBounded = true;
        LocalConnection.unpace(context.channel());
        int bytes = sendBufferBytes.getAsInt();
        if (bytes > 0) {
            context.channel().config().setOption(ChannelOption.SO_SNDBUF, bytes);
        }
    }
}
