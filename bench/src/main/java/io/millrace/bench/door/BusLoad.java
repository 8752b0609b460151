package io.millrace.bench.door;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event bus' client with its defaults, in an application that has joined the bus as the docs say.
 *
 * <p>Thread: one; the work is done on a context of Vert.x.
 */
final class BusLoad implements ClientLoad.Client {
    private static final long LIMIT_S = 600;

    private final Vertx vertx;
    private final Context context;
    private final LogProducer producer;

    BusLoad(String seed, int batchBytes) throws Exception {
        vertx = await(joined(seed));
        try {
            await(LogClient.of(vertx).connected());
        } catch (Exception nobody) {
            // With its Hazelcast, whose threads would keep the process alive.
            await(vertx.close());
            throw nobody;
        }
        context = vertx.getOrCreateContext();
        ProducerOptions options = new ProducerOptions();
        if (batchBytes > 0) {
            options.batchBytes(batchBytes);
        }
        Promise<LogProducer> made = Promise.promise();
        context.runOnContext(go -> made.complete(LogClient.of(vertx).producer(options)));
        producer = await(made.future());
    }

    private static Future<Vertx> joined(String seed) {
        Config config = new Config()
                .setClusterName("bench-hz5.7")
                .setLiteMember(true)
                .setProperty("hazelcast.partition.count", "31")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false");
        config.addMultiMapConfig(
                new MultiMapConfig("__vertx.subs").setBackupCount(2).setValueCollectionType("SET"));
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(List.of(seed));
        return Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost("127.0.0.1")))
                .withClusterManager(new HazelcastClusterManager(config))
                .buildClustered();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
    }

    @Override
    public void produce(String topic, int records, int bytes) throws Exception {
        Promise<Void> written = Promise.promise();
        context.runOnContext(go -> write(topic, records, new byte[bytes], written));
        await(written.future());
        await(producer.flush());
    }

    private void write(String topic, int left, byte[] value, Promise<Void> written) {
        int rest = left;
        while (rest > 0 && !producer.writeQueueFull()) {
            producer.write(new LogRecord(topic, null, value)).onFailure(written::tryFail);
            rest--;
        }
        if (rest == 0) {
            written.tryComplete();
            return;
        }
        int more = rest;
        producer.drainHandler(drained -> write(topic, more, value, written));
    }

    @Override
    public void consume(String topic, int records) throws Exception {
        Promise<Void> all = Promise.promise();
        Promise<LogConsumer> made = Promise.promise();
        context.runOnContext(go -> {
            LogConsumer consumer = LogClient.of(vertx)
                    .consumer(new ConsumerOptions().autoOffsetReset(ConsumerOptions.OffsetReset.EARLIEST));
            int[] seen = {0};
            long[] bytes = {0};
            consumer.exceptionHandler(all::tryFail);
            consumer.handler(record -> {
                bytes[0] += record.valueBytes().length;
                if (++seen[0] == records) {
                    all.tryComplete();
                }
            });
            consumer.partitionsOf(topic).compose(consumer::assign).onFailure(all::tryFail);
            made.complete(consumer);
        });
        await(all.future());
        await(made.future().compose(LogConsumer::close));
    }
}
