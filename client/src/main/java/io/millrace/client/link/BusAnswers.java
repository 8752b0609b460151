package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.impl.clustered.ClusteredEventBus;
import io.vertx.core.net.impl.NetServerImpl;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers that this process waits for on its bus and wants as the socket brought them. Stands before the bus' server and puts a
 * reader in front of each connection that is accepted from then on; what came in before, and whatever else there is on the bus, takes
 * the way through Vert.x, with its copies.
 *
 * <p>The server is a private field of Vert.x: with a version that keeps it elsewhere, and with TLS on the bus, there is none of this.
 *
 * <p>Thread: any.
 */
@ChannelHandler.Sharable
final class BusAnswers extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(BusAnswers.class);

    private static final VarHandle SERVER;
    private static final VarHandle OPTIONS;
    private static final VarHandle BOUND;

    static {
        VarHandle server = null;
        VarHandle options = null;
        VarHandle bound = null;
        try {
            MethodHandles.Lookup bus = MethodHandles.privateLookupIn(ClusteredEventBus.class, MethodHandles.lookup());
            server = bus.unreflectVarHandle(ClusteredEventBus.class.getDeclaredField("server"));
            options = bus.findVarHandle(ClusteredEventBus.class, "options", EventBusOptions.class);
            bound = MethodHandles.privateLookupIn(NetServerImpl.class, MethodHandles.lookup())
                    .findVarHandle(NetServerImpl.class, "bindFuture", Future.class);
        } catch (ReflectiveOperationException | RuntimeException changed) {
            log.info(
                    "this Vert.x keeps the server of its bus elsewhere: answers come the usual way ({})",
                    changed.toString());
        }
        SERVER = bound == null ? null : server;
        OPTIONS = options;
        BOUND = bound;
    }

    private final ConcurrentMap<String, AnswerSlot> slots = new ConcurrentHashMap<>();

    BusAnswers() {}

    /** Those of a bus, prepared when first asked for; null where they cannot be had. */
    static BusAnswers of(Vertx vertx) {
        if (SERVER == null || !(vertx.eventBus() instanceof ClusteredEventBus bus)) {
            return null;
        }
        synchronized (BusAnswers.class) {
            if (!(SERVER.get(bus) instanceof NetServerImpl server)
                    || ((EventBusOptions) OPTIONS.get(bus)).isSsl()
                    || !(BOUND.get(server) instanceof Future<?> bound)
                    || !(bound.result() instanceof Channel listening)) {
                return null;
            }
            BusAnswers present = listening.pipeline().get(BusAnswers.class);
            if (present == null) {
                present = new BusAnswers();
                listening.pipeline().addFirst(present);
            }
            return present;
        }
    }

    void expect(String address, AnswerSlot slot) {
        slots.put(address, slot);
    }

    void forget(String address) {
        slots.remove(address);
    }

    /** Gives the body of an answer to whoever waits at this address, its reference with it; false when nobody does. */
    boolean give(String address, ByteBuf body) {
        AnswerSlot slot = slots.remove(address);
        return slot != null && slot.fill(body);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        if (connection instanceof Channel channel) {
            channel.pipeline().addLast(new AnswerReader(this));
        }
        context.fireChannelRead(connection);
    }
}
