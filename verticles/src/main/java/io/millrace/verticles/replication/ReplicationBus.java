package io.millrace.verticles.replication;

import io.millrace.log.replication.ReplicationCodec;
import io.millrace.verticles.cluster.BusAddress;
import io.millrace.verticles.replication.ReplicationParts.Outbox;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replication's frames on the event bus, at {@code b.<brokerId>.repl}: one consumer for the node, which does no more than hand
 * each frame to the shard that it is for, because everything else that comes from other nodes arrives on the same loop.
 *
 * <p>What is under way is bounded by the machines: at each shard one answer per follower shard, and one fetch per leader shard.
 *
 * <p>Thread: {@link #outbox} from any; each outbox on its shard's loop; the consumer on the bus' loop.
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
        EventBus bus = vertx.eventBus();
        try {
            bus.registerCodec(new FrameCodec());
        } catch (IllegalStateException registered) {
            // Several nodes in one process, as in tests, share nothing but this.
            log.debug("the codec is there already");
        }
    }

    /**
     * Takes frames of others from now on.
     *
     * @param shards what is done with a frame, by shard; called on the bus' loop
     */
    public Future<Void> listen(int self, List<? extends Consumer<ByteBuffer>> shards) {
        consumer = vertx.eventBus().consumer(new BusAddress(self, SERVICE).toString());
        consumer.handler(message -> heard(message, shards));
        return consumer.completion();
    }

    private void heard(Message<Buffer> message, List<? extends Consumer<ByteBuffer>> shards) {
        Object body = message.body();
        ByteBuffer frame =
                body instanceof BufferInternal buffer ? buffer.getByteBuf().nioBuffer() : ByteBuffer.allocate(0);
        int shard = ReplicationCodec.shardOf(frame);
        if (shard < 0) {
            long count = dropped.incrementAndGet();
            if (Long.bitCount(count) == 1) {
                log.warn("dropped a frame that is no version of replication's ({} in all)", count);
            }
            return;
        }
        // The sender may take this node for one with more shards; any of them tells it how many there are.
        shards.get(shard % shards.size()).accept(frame);
    }

    /** Takes no more frames. */
    public Future<Void> close() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    /** The way out of one shard. */
    public Outbox outbox(EventLoop loop) {
        ContextInternal context = vertx.contextBuilder().withEventLoop(loop).build();
        Map<Integer, MessageProducer<OutgoingFrame>> producers = new HashMap<>();
        return (brokerId, frame) -> {
            ContextInternal former = context.beginDispatch();
            try {
                return producers
                        .computeIfAbsent(brokerId, this::producer)
                        .write(frame)
                        .onComplete(gone -> frame.release());
            } finally {
                context.endDispatch(former);
            }
        };
    }

    private MessageProducer<OutgoingFrame> producer(int brokerId) {
        return vertx.eventBus().sender(new BusAddress(brokerId, SERVICE).toString(), options);
    }
}
