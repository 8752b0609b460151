package io.millrace.verticles.replication;

import io.millrace.log.replication.ReplicationCodec;
import io.millrace.verticles.cluster.BusAddress;
import io.millrace.verticles.cluster.BusTransport;
import io.millrace.verticles.replication.ReplicationParts.Outbox;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replication's frames on the event bus, at {@code b.<brokerId>.repl}: one consumer for the node, which does no more than hand
 * each frame to the shard that it is for, because everything else that comes from other nodes arrives on the same loop. Where
 * the bus has a {@link BusTransport}, frames are taken from it outside of the heap, before Vert.x decodes them.
 *
 * <p>What is under way is bounded by the machines: at each shard one answer per follower shard, and one fetch per leader shard.
 *
 * <p>Thread: {@link #outbox} from any; each outbox on its shard's loop; frames come on the bus' loops.
 */
public final class ReplicationBus {
    private static final Logger log = LoggerFactory.getLogger(ReplicationBus.class);
    private static final String SERVICE = "repl";

    private final VertxInternal vertx;
    private final DeliveryOptions options = new DeliveryOptions().setCodecName(FrameCodec.NAME);
    private final AtomicLong dropped = new AtomicLong();
    private volatile MessageConsumer<Buffer> consumer;

    public ReplicationBus(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
        try {
            vertx.eventBus().registerCodec(FrameCodec.INSTANCE);
        } catch (IllegalStateException registered) {
            // Several nodes in one process, as in tests, share nothing but this.
            log.debug("the codec is there already");
        }
    }

    /**
     * Takes frames of others from now on.
     *
     * @param shards what takes over a frame, by shard; called on the bus' loop
     */
    public Future<Void> listen(int self, List<? extends Consumer<ByteBuf>> shards) {
        String address = new BusAddress(self, SERVICE).toString();
        consumer = vertx.eventBus().consumer(address);
        consumer.handler(message -> heard(message, shards));
        if (vertx.transport() instanceof BusTransport transport) {
            transport.take(address, FrameCodec.NAME, body -> taken(body, shards));
        }
        return consumer.completion();
    }

    private void heard(Message<Buffer> message, List<? extends Consumer<ByteBuf>> shards) {
        Object body = message.body();
        if (body instanceof BufferInternal buffer) {
            // What Vert.x hands out lies in an array that the tail would keep: the collector would
            // move it, writes copy it.
            ByteBuf bytes = buffer.getByteBuf();
            hand(
                    PooledByteBufAllocator.DEFAULT
                            .directBuffer(bytes.readableBytes())
                            .writeBytes(bytes),
                    shards);
        } else {
            drop();
        }
    }

    /** The body as {@link FrameCodec} writes it; taken over. */
    private void taken(ByteBuf body, List<? extends Consumer<ByteBuf>> shards) {
        if (body.readableBytes() < Integer.BYTES || body.readInt() != body.readableBytes()) {
            body.release();
            drop();
            return;
        }
        hand(body, shards);
    }

    private void hand(ByteBuf frame, List<? extends Consumer<ByteBuf>> shards) {
        int shard = ReplicationCodec.shardOf(frame.nioBuffer());
        if (shard < 0) {
            frame.release();
            drop();
            return;
        }
        // The sender may take this node for one with more shards; any of them tells it how many there are.
        shards.get(shard % shards.size()).accept(frame);
    }

    private void drop() {
        long count = dropped.incrementAndGet();
        if (Long.bitCount(count) == 1) {
            log.warn("dropped a frame that is no version of replication's ({} in all)", count);
        }
    }

    /** Takes no more frames. */
    public Future<Void> close() {
        if (vertx.transport() instanceof BusTransport transport) {
            transport.takeNoMore(FrameCodec.NAME);
        }
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    /** The way out of one shard. */
    public Outbox outbox(EventLoop loop) {
        ContextInternal context = vertx.contextBuilder().withEventLoop(loop).build();
        Map<Integer, String> addresses = new HashMap<>();
        return (brokerId, frame) -> {
            if (!(vertx.eventBus() instanceof EventBusImpl bus) || !vertx.isClustered()) {
                frame.release();
                return Future.failedFuture("there is no other node");
            }
            String to = addresses.computeIfAbsent(brokerId, id -> new BusAddress(id, SERVICE).toString());
            FrameMessage message = new FrameMessage(vertx.clusterManager().getNodeId(), to, frame, bus);
            ContextInternal former = context.beginDispatch();
            try {
                return bus.<Void>sendOrPubInternal(message, options, null).onComplete(gone -> message.gone());
            } finally {
                context.endDispatch(former);
            }
        };
    }
}
