package io.millrace.bench.bus;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The floor: the same pulls over one bare connection, one byte asks for one frame, nothing is copied to the heap.
 *
 * <p>Thread: see {@link FrameLink}; answers are counted on an event loop.
 */
final class TcpLink implements FrameLink {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private Channel channel;
    private volatile Puller puller;
    private int frameBytes;

    @Override
    public int serve(int frameBytes) throws Exception {
        ByteBuf records =
                PooledByteBufAllocator.DEFAULT.directBuffer(frameBytes).writeZero(frameBytes);
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(initializer(() -> new Server(records)))
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void connect(int port, int frameBytes) throws Exception {
        this.frameBytes = frameBytes;
        channel = new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(initializer(Client::new))
                .connect("127.0.0.1", port)
                .sync()
                .channel();
    }

    @Override
    public void pull(int frames) throws Exception {
        Puller next = new Puller(frames);
        puller = next;
        channel.eventLoop().execute(() -> next.ask(channel, WINDOW));
        next.done.await();
    }

    private static ChannelInitializer<Channel> initializer(Supplier<ChannelHandler> handler) {
        Consumer<Channel> add = channel -> channel.pipeline().addLast(handler.get());
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                add.accept(channel);
            }
        };
    }

    private static final class Puller {
        private final CountDownLatch done = new CountDownLatch(1);
        private int toAsk;
        private int toCome;

        Puller(int frames) {
            toAsk = frames;
            toCome = frames;
        }

        void ask(Channel channel, int frames) {
            int now = Math.min(frames, toAsk);
            toAsk -= now;
            if (now > 0) {
                channel.writeAndFlush(channel.alloc().directBuffer(now).writeZero(now));
            }
        }

        void came(Channel channel) {
            ask(channel, 1);
            if (--toCome == 0) {
                done.countDown();
            }
        }
    }

    private static final class Server extends ChannelInboundHandlerAdapter {
        private final ByteBuf records;

        Server(ByteBuf records) {
            this.records = records;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf asked = (ByteBuf) message;
            for (int i = asked.readableBytes(); i > 0; i--) {
                context.write(records.retainedDuplicate());
            }
            asked.release();
            context.flush();
        }
    }

    private final class Client extends ChannelInboundHandlerAdapter {
        private int received;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf part = (ByteBuf) message;
            received += part.readableBytes();
            part.release();
            while (received >= frameBytes) {
                received -= frameBytes;
                puller.came(context.channel());
            }
        }
    }
}
