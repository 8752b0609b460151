package io.millrace.verticles.cluster;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A connection both ends of which are on this machine: there is no path that could be congested. Linux' {@code bbr} takes it for one,
 * and sends 64 KiB at a time by a timer each; {@code reno}, which every Linux has and lets everybody use, sends what there is.
 *
 * <p>Thread: the connection's loop.
 */
final class LocalConnection {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;
    private static final byte[] UNPACED = "reno".getBytes(StandardCharsets.US_ASCII);
    private static final RawUnixChannelOption CONGESTION =
            new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, UNPACED.length);

    private LocalConnection() {}

    /** Has the kernel send without pacing if this is such a connection, and this a Linux whose sockets can be told so. */
    static void unpace(Channel channel) {
        if (!(channel instanceof EpollSocketChannel) || !isLocal(channel)) {
            return;
        }
        try {
            channel.config().setOption(CONGESTION, ByteBuffer.wrap(UNPACED));
        } catch (ChannelException refused) {
            // It is sent all the same, as any other connection's.
            return;
        }
    }

    private static boolean isLocal(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress here
                && channel.remoteAddress() instanceof InetSocketAddress there
                && isLocal(here.getAddress(), there.getAddress());
    }

    static boolean isLocal(InetAddress here, InetAddress there) {
        return there.isLoopbackAddress() || there.equals(here);
    }
}
