package io.millrace.bench.shards;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The rejected alternative: one Vert.x deployment per partition. Deploys trivial verticles (no replica in them, with and
 * without an event-bus address) and prints time and heap.
 *
 * <p>Arguments: how many. Thread: main.
 */
public final class VerticlePerPartition {
    private static final int WARM_UP_ROUNDS = 20;
    private static final int LOOPS = Runtime.getRuntime().availableProcessors();

    private static final class Trivial extends AbstractVerticle {
        private final String address;

        private Trivial(String address) {
            this.address = address;
        }

        private Context context() {
            return context;
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
        List<Trivial> verticles = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            verticles.add(new Trivial(addressed ? "partition-" + i : null));
            deployed.add(vertx.deployVerticle(verticles.get(i)));
        }
        await(Future.all(deployed));
        long deployMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        deployed = null;
        List<Context> contexts = verticles.stream().map(Trivial::context).toList();
        verticles = null;
        long bytes = heap.grownBytes();
        measureCompletions(contexts);
        beganNs = System.nanoTime();
        await(vertx.close());
        long closeMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        System.out.printf(
                "%d verticles, %s: deploy %d ms, heap %.1f MB = %d bytes each, close %d ms%n",
                count, kind, deployMs, bytes / 1e6, bytes / count, closeMs);
    }

    /** The writer tells every partition once that it has written: one task each, against one task per loop. */
    private static void measureCompletions(List<Context> contexts) throws Exception {
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            completions(contexts, contexts.size());
            completions(contexts, LOOPS);
        }
        long eachNs = completions(contexts, contexts.size());
        long batchedNs = completions(contexts, LOOPS);
        System.out.printf(
                "  telling %d partitions once: %.1f ms as one task each, %.1f ms as one task per loop%n",
                contexts.size(), eachNs / 1e6, batchedNs / 1e6);
    }

    private static long completions(List<Context> contexts, int tasks) throws Exception {
        int perTask = contexts.size() / tasks;
        LongAdder told = new LongAdder();
        CountDownLatch left = new CountDownLatch(tasks);
        long beganNs = System.nanoTime();
        for (int i = 0; i < tasks; i++) {
            contexts.get(i).runOnContext(v -> {
                for (int j = 0; j < perTask; j++) {
                    told.increment();
                }
                left.countDown();
            });
        }
        left.await();
        return System.nanoTime() - beganNs;
    }

    private static void await(Future<?> future) throws Exception {
        future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.MINUTES);
    }
}
