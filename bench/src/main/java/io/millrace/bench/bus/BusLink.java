package io.millrace.bench.bus;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.cluster.DirectClusterManager;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.internal.buffer.BufferInternal;
import java.net.ServerSocket;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Frames as replies on the clustered event bus, with the standard buffer codec or with {@link SliceCodec}.
 *
 * <p>Thread: see {@link FrameLink}; answers are counted on an event loop.
 */
final class BusLink implements FrameLink {
    private final boolean slices;
    private final Buffer empty = Buffer.buffer();
    private EventBus bus;

    BusLink(boolean slices) {
        this.slices = slices;
    }

    private DeliveryOptions options() {
        return slices ? new DeliveryOptions().setCodecName(SliceCodec.NAME) : new DeliveryOptions();
    }

    private int startBus(int brokerId, BusDirectory directory) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        BusNodeId self = new BusNodeId(brokerId, UUID.randomUUID(), "127.0.0.1", port);
        DirectClusterManager manager =
                new DirectClusterManager(self, directory, CompletableFuture::new, Long.MAX_VALUE / 4);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        .setPreferNativeTransport(true)
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(port)))
                .withClusterManager(manager)
                .buildClustered()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        bus = vertx.eventBus();
        bus.registerCodec(new SliceCodec());
        return port;
    }

    @Override
    public int serve(int frameBytes) throws Exception {
        int port = startBus(1, new BusDirectory());
        // As in a broker: the records are in a direct buffer, and the frame is a view of it.
        ByteBuf records =
                PooledByteBufAllocator.DEFAULT.directBuffer(frameBytes).writeZero(frameBytes);
        DeliveryOptions options = options();
        bus.<Buffer>consumer(
                "b.1.frames", request -> request.reply(BufferInternal.buffer(records.duplicate()), options));
        return port;
    }

    @Override
    public void connect(int port, int frameBytes) throws Exception {
        BusDirectory directory = new BusDirectory();
        directory.put(BusNodeId.seed(1, "127.0.0.1", port));
        startBus(2, directory);
    }

    @Override
    public void pull(int frames) throws Exception {
        AtomicInteger toAsk = new AtomicInteger(frames);
        CountDownLatch toCome = new CountDownLatch(frames);
        for (int i = 0; i < WINDOW; i++) {
            ask(toAsk, toCome);
        }
        toCome.await();
    }

    private void ask(AtomicInteger toAsk, CountDownLatch toCome) {
        if (toAsk.getAndDecrement() <= 0) {
            return;
        }
        bus.<Buffer>request("b.1.frames", empty).onSuccess(reply -> {
            if (reply.body().length() == 0) {
                throw new IllegalStateException("an empty frame");
            }
            toCome.countDown();
            ask(toAsk, toCome);
        });
    }
}
