package io.millrace.verticles.listener;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses a listening socket that cannot accept, most likely because the process is out of file handles, and says so: clients
 * wait in its backlog meanwhile.
 *
 * <p>Thread: the acceptor's loop.
 */
@ChannelHandler.Sharable
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    static final long PAUSE_MS = 1_000;
    private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Logger log = LoggerFactory.getLogger(AcceptFailures.class);

    private final String listener;
    private long lastToldNanos = System.nanoTime() - TELL_EVERY_NANOS;

    AcceptFailures(String listener) {
        this.listener = listener;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        long now = System.nanoTime();
        if (now - lastToldNanos >= TELL_EVERY_NANOS) {
            lastToldNanos = now;
            log.warn(
                    "{} cannot accept connections, new clients wait: {} (a limit of open files is raised with ulimit -n)",
                    listener,
                    cause.getMessage());
        }
        context.channel().config().setAutoRead(false);
        context.channel()
                .eventLoop()
                .schedule(() -> context.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }
}
