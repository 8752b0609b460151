package io.millrace.verticles.listener;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiSpec;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.wire.FrameReads;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's Kafka listeners: binds them on Vert.x's event loops and closes them.
 *
 * <p>Netty handlers of our own instead of {@code NetServer}, whose {@code NetSocket} copies every read to the heap.
 *
 * <p>Thread: any; connections live on the event loops.
 */
public final class KafkaListener {
    private static final Logger log = LoggerFactory.getLogger(KafkaListener.class);
    private static final int BACKLOG = 1024;
    /** A client that leaves more than this unread is not read from either. */
    private static final WriteBufferWaterMark OUTBOUND = new WriteBufferWaterMark(512 * 1024, 2 * 1024 * 1024);

    /** How much of the heap decoded requests may take before no more are decoded: one part in so many. */
    private static final int DECODED_PART_OF_HEAP = 4;

    private final VertxInternal vertx;
    private final RequestDispatcher dispatcher;
    private final ListenerLimits limits;
    private final RequestMemory memory;
    private final RequestMemory decoded;
    private final BrokerMetrics metrics;
    private final ConnectionLimiter limiter;
    private final ChannelGroup servers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** Creates a listener that is not bound yet. */
    public KafkaListener(
            Vertx vertx,
            RequestDispatcher dispatcher,
            ListenerLimits limits,
            RequestMemory memory,
            BrokerMetrics metrics) {
        this(
                vertx,
                dispatcher,
                limits,
                memory,
                new RequestMemory(Runtime.getRuntime().maxMemory() / DECODED_PART_OF_HEAP),
                metrics);
    }

    KafkaListener(
            Vertx vertx,
            RequestDispatcher dispatcher,
            ListenerLimits limits,
            RequestMemory memory,
            RequestMemory decoded,
            BrokerMetrics metrics) {
        this.decoded = decoded;
        this.vertx = (VertxInternal) vertx;
        this.dispatcher = dispatcher;
        this.limits = limits;
        this.memory = memory;
        this.metrics = metrics;
        this.limiter = new ConnectionLimiter(limits);
        // Its loops end with Vert.x; a socket that still listened then would let clients wait that nobody will accept.
        this.vertx.addCloseHook(closed -> close().onComplete(closed));
    }

    /**
     * Binds one named listener; connections wait in the backlog until {@link #open}.
     *
     * @return the bound address; fails with a {@link java.net.BindException} when the port is in use
     */
    public Future<InetSocketAddress> bind(String name, InetSocketAddress address) {
        ListenerContext context =
                new ListenerContext(name, limits, this::maxFrameBytes, memory, decoded, dispatcher, metrics);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(vertx.acceptorEventLoopGroup(), vertx.nettyEventLoopGroup())
                .channelFactory(vertx.transport().serverChannelFactory(false))
                .handler(new AcceptFailures(name))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, OUTBOUND)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(context, channel);
                    }
                });
        sizeBuffers(bootstrap);
        Promise<InetSocketAddress> bound = Promise.promise();
        bootstrap.bind(address).addListener((io.netty.channel.ChannelFuture done) -> {
            if (done.isSuccess()) {
                servers.add(done.channel());
                bound.complete((InetSocketAddress) done.channel().localAddress());
            } else {
                bound.fail(done.cause());
            }
        });
        return bound.future();
    }

    private void sizeBuffers(ServerBootstrap bootstrap) {
        if (limits.sendBufferBytes() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, limits.sendBufferBytes());
        }
        if (limits.receiveBufferBytes() > 0) {
            // On the listening socket: connections have it from there, and the window is agreed on
            // before they are accepted.
            bootstrap.option(ChannelOption.SO_RCVBUF, limits.receiveBufferBytes());
        }
    }

    private void accept(ListenerContext context, Channel channel) {
        InetAddress client = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        if (!limiter.admit(client)) {
            metrics.here().connectionsRefused.increment();
            log.debug("refusing a connection of {}: too many connections", client);
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> limiter.leave(client));
        connections.add(channel);
        KafkaConnection connection = new KafkaConnection(context);
        channel.config().setRecvByteBufAllocator(new FrameReads(connection::frameSpace));
        channel.pipeline().addLast(connection);
    }

    private int maxFrameBytes(short apiKey) {
        ApiSpec api = dispatcher.registry().spec(apiKey);
        if (api == null) {
            return 0;
        }
        return apiKey == Api.PRODUCE.key()
                ? limits.maxRequestBytes()
                : Math.min(api.maxFrameBytes(), limits.maxRequestBytes());
    }

    /** Whoever is connected. */
    ChannelGroup connections() {
        return connections;
    }

    /** Begins to accept connections on every bound listener, those first that have been waiting. */
    public void open() {
        servers.forEach(server -> server.config().setAutoRead(true));
    }

    /** Closes what is left: the listening sockets and every connection. */
    public Future<Void> close() {
        List<Future<?>> both = new ArrayList<>();
        both.add(toFuture(servers.close()));
        both.add(toFuture(connections.close()));
        return Future.join(both).mapEmpty();
    }

    private static Future<Void> toFuture(io.netty.util.concurrent.Future<Void> netty) {
        Promise<Void> promise = Promise.promise();
        netty.addListener(done -> promise.complete());
        return promise.future();
    }
}
