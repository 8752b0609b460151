package io.millrace.verticles.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FileRegion;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PiecedMessageTest {
    private static final int SEND_BUFFER_BYTES = 20_000;

    @TempDir
    Path folder;

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** As the socket would have it. */
    private static byte[] written(EmbeddedChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            if (next instanceof FileRegion region) {
                while (region.transferred() < region.count()) {
                    region.transferTo(Channels.newChannel(all), region.transferred());
                }
            } else {
                ByteBuf bytes = (ByteBuf) next;
                bytes.readBytes(all, bytes.readableBytes());
            }
            ReferenceCountUtil.release(next);
        }
        return all.toByteArray();
    }

    @Test
    void whatVertxTakesForItsHeadIsWrittenWholeAndThePiecesStayTheMakers() throws IOException {
        byte[] all = random(150_000);
        Path file = Files.write(folder.resolve("segment"), all);
        EmbeddedChannel channel = new EmbeddedChannel(new PiecedMessages(() -> 0));
        FileChannel opened = FileChannel.open(file);
        ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(all, 20, 480);
        FileRegion second = new DefaultFileRegion(opened, 500, 90_000);
        ByteBuf third = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(all, 90_500, 500);
        FileRegion last = new DefaultFileRegion(opened, 91_000, 59_000);
        List<Object> pieces = List.of(first, second, third, last);

        // The way through Vert.x: a buffer, and of that what the socket cannot release.
        ByteBuf head = Unpooled.wrappedBuffer(all, 0, 20);
        ByteBuf sent = BufferInternal.buffer(new PiecedMessage(head, pieces)).getByteBuf();
        assertThat(sent.readableBytes()).isEqualTo(20);
        ChannelFuture done = channel.writeAndFlush(sent);

        assertThat(done.isSuccess()).isTrue();
        assertThat(written(channel)).isEqualTo(all);
        assertThat(pieces).allMatch(piece -> ReferenceCountUtil.refCnt(piece) == 1);
        pieces.forEach(ReferenceCountUtil::release);
        assertThat(opened.isOpen()).isFalse();
    }

    @Test
    void whateverElseIsWrittenGoesOnAsItIs() throws IOException {
        EmbeddedChannel channel = new EmbeddedChannel(new PiecedMessages(() -> 0));
        channel.writeOutbound(
                Unpooled.wrappedBuffer(random(30)),
                Unpooled.unreleasableBuffer(Unpooled.buffer().writeBytes(random(40))));
        assertThat(written(channel)).hasSize(70);
    }

    @Test
    void theKernelsPartIsBoundedAndUnpacedWithTheFirstPieceAndOnlyThen() throws Exception {
        BusTransport transport = BusTransport.create();
        transport.sendBufferOfPieces(SEND_BUFFER_BYTES);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, transport.ioHandlerFactory());
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = new Bootstrap()
                    .group(loops)
                    .channelFactory(transport.channelFactory(false))
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.getLocalSocketAddress())
                    .sync()
                    .channel();
            int kernels = channel.config().getOption(ChannelOption.SO_SNDBUF);
            channel.writeAndFlush(Unpooled.wrappedBuffer(random(10))).sync();
            assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF)).isEqualTo(kernels);
            assertThat(congestionControlOf(channel))
                    .isEqualTo(channel instanceof EpollSocketChannel ? theMachines() : "");

            ByteBuf piece = Unpooled.wrappedBuffer(random(20));
            ByteBuf head = Unpooled.wrappedBuffer(random(10));
            channel.writeAndFlush(BufferInternal.buffer(new PiecedMessage(head, List.of(piece)))
                            .getByteBuf())
                    .sync();

            // Linux takes the double, for what it keeps beside the bytes.
            assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF))
                    .isBetween(SEND_BUFFER_BYTES, 2 * SEND_BUFFER_BYTES);
            // It leads to this machine.
            assertThat(congestionControlOf(channel)).isEqualTo(channel instanceof EpollSocketChannel ? "reno" : "");
            channel.close().sync();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** Empty when this is no socket that tells. */
    private static String congestionControlOf(Channel channel) {
        if (!(channel instanceof EpollSocketChannel)) {
            return "";
        }
        ByteBuffer name = channel.config().getOption(new RawUnixChannelOption("TCP_CONGESTION", 6, 13, 16));
        return StandardCharsets.US_ASCII.decode(name).toString().trim().split("\0")[0];
    }

    private static String theMachines() throws IOException {
        return Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control"))
                .trim();
    }

    @Test
    void aConnectionIsLocalWhenItsFarEndIsOnThisMachine() throws IOException {
        InetAddress here = InetAddress.getByName("192.0.2.1");
        assertThat(LocalConnection.isLocal(here, here)).isTrue();
        assertThat(LocalConnection.isLocal(here, InetAddress.getByName("192.0.2.2")))
                .isFalse();
        assertThat(LocalConnection.isLocal(here, InetAddress.getLoopbackAddress()))
                .isTrue();
    }

    @Test
    void everyConnectionThatIsOpenedHasIt() {
        var channel = BusTransport.create().channelFactory(false).newChannel();
        assertThat(channel.pipeline().get(PiecedMessages.class)).isNotNull();
        channel.unsafe().closeForcibly();
    }
}
