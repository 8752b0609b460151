package io.millrace.verticles.cluster;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The transport that Vert.x uses anyway, which reads the event bus' connections by message and outside of the heap, and gives
 * certain messages away before Vert.x decodes them; and which writes a {@link PiecedMessage} whole. The way there: Vert.x has its transport prepare every server, and the first
 * one, before anybody else has the Vert.x instance, is the bus'.
 *
 * <p>Thread: any.
 */
public final class BusTransport implements Transport {
    /** Who takes the messages of some addresses that were written by a codec. */
    private record Taker(
            Set<String> addresses, String codec, boolean brokersOnly, BiConsumer<BusMessage, ByteBuf> messages) {}

    private final Transport usual;
    private boolean prepared;
    /** The last sender that passed: frames come in long runs of one. */
    private volatile String lastBroker = "";

    /** A handful; the next ones are put there whole. */
    private volatile List<Taker> takers = List.of();

    private volatile int piecesSendBuffer;

    private BusTransport(Transport usual) {
        this.usual = usual;
    }

    /** The native one where there is one; to be given to one clustered Vert.x. */
    public static BusTransport create() {
        io.vertx.core.transport.Transport best = io.vertx.core.transport.Transport.nativeTransport();
        boolean isThere = best != null && best.available();
        return new BusTransport((isThere ? best : io.vertx.core.transport.Transport.NIO).implementation());
    }

    /** What Vert.x' builder takes. */
    public io.vertx.core.transport.Transport forBuilder() {
        BusTransport self = this;
        return new io.vertx.core.transport.Transport() {
            @Override
            public String name() {
                return "bus";
            }

            @Override
            public boolean available() {
                return true;
            }

            @Override
            public Throwable unavailabilityCause() {
                return null;
            }

            @Override
            public Transport implementation() {
                return self;
            }
        };
    }

    /**
     * Gives away the bodies of messages that brokers send to this address, as that codec has written them; the reference goes with
     * them. They are not seen by consumers or interceptors of the bus.
     */
    public void take(String address, String codec, Consumer<ByteBuf> bodies) {
        add(new Taker(
                Set.of(address), codec, true, (head, message) -> bodies.accept(message.skipBytes(head.bodyAt()))));
    }

    /** Gives away messages to these addresses, whoever sent them, whole and with what is known of their heads; as above. */
    public void takeWhole(Set<String> addresses, String codec, BiConsumer<BusMessage, ByteBuf> messages) {
        add(new Taker(addresses, codec, false, messages));
    }

    /**
     * What the kernel holds at most of a connection on which pieced messages are sent; of the others it decides itself.
     *
     * @param bytes not positive for the kernel's choice
     */
    public void sendBufferOfPieces(int bytes) {
        piecesSendBuffer = bytes;
    }

    private synchronized void add(Taker added) {
        List<Taker> all = new ArrayList<>(takers);
        all.removeIf(taker -> taker.codec().equals(added.codec()));
        all.add(added);
        takers = List.copyOf(all);
    }

    /** Messages of that codec are Vert.x' again. */
    public synchronized void takeNoMore(String codec) {
        takers = takers.stream().filter(taker -> !taker.codec().equals(codec)).toList();
    }

    /** Gives a message away, its reference with it; false when nobody takes it. */
    boolean give(BusMessage head, ByteBuf message) {
        for (Taker taker : takers) {
            if (taker.codec().equals(head.codec())
                    && taker.addresses().contains(head.address())
                    && (!taker.brokersOnly() || isBroker(head.sender()))) {
                taker.messages().accept(head, message);
                return true;
            }
        }
        return false;
    }

    private boolean isBroker(String sender) {
        if (sender.equals(lastBroker)) {
            return true;
        }
        boolean broker = BusNodeId.parse(sender).isPresent();
        if (broker) {
            lastBroker = sender;
        }
        return broker;
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        usual.configure(options, domainSocket, bootstrap);
        synchronized (this) {
            if (prepared) {
                return;
            }
            prepared = true;
        }
        if (!options.isSsl()) {
            bootstrap.handler(new Accepted());
        }
    }

    /** Sees each connection before Vert.x does. */
    @ChannelHandler.Sharable
    private final class Accepted extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object connection) {
            if (connection instanceof Channel channel) {
                channel.pipeline().addLast(new BusReader(BusTransport.this));
            }
            context.fireChannelRead(connection);
        }
    }

    @Override
    public boolean supportsDomainSockets() {
        return usual.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return usual.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
        return usual.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return usual.unavailabilityCause();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return usual.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return usual.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return usual.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel() {
        return usual.datagramChannel();
    }

    @Override
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return usual.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        ChannelFactory<? extends Channel> factory = usual.channelFactory(domainSocket);
        return () -> {
            Channel channel = factory.newChannel();
            channel.pipeline().addLast(new PiecedMessages(() -> piecesSendBuffer));
            return channel;
        };
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return usual.serverChannelFactory(domainSocket);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        usual.configure(channel, options);
    }

    @Override
    public void configure(ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
        usual.configure(options, connectTimeout, domainSocket, bootstrap);
    }
}
