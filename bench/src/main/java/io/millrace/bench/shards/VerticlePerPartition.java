package io.millrace.bench.shards;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The rejected alternative: one Vert.x deployment per partition. Deploys trivial verticles (no replica in them, with and
 * without an event-bus address) and prints time and heap.
 *
 * <p>Arguments: how many. Thread: main.
 */
public final class VerticlePerPartition {
    private static final class Trivial extends AbstractVerticle {
        private final String address;

        private Trivial(String address) {
            this.address = address;
        }

        @Override
        public void start() {
            if (address != null) {
                vertx.eventBus().localConsumer(address, message -> message.reply(message.body()));
            }
        }
    }

    private VerticlePerPartition() {}

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        measure("bare", count, false);
        measure("with one local address", count, true);
    }

    private static void measure(String kind, int count, boolean addressed) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions());
        await(vertx.deployVerticle(new Trivial(null)));
        HeapMeter heap = new HeapMeter();
        long beganNs = System.nanoTime();
        List<Future<String>> deployed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            deployed.add(vertx.deployVerticle(new Trivial(addressed ? "partition-" + i : null)));
        }
        await(Future.all(deployed));
        long deployMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        deployed = null;
        long bytes = heap.grownBytes();
        beganNs = System.nanoTime();
        await(vertx.close());
        long closeMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        System.out.printf(
                "%d verticles, %s: deploy %d ms, heap %.1f MB = %d bytes each, close %d ms%n",
                count, kind, deployMs, bytes / 1e6, bytes / count, closeMs);
    }

    private static void await(Future<?> future) throws Exception {
        future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.MINUTES);
    }
}
