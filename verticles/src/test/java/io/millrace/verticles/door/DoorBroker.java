package io.millrace.verticles.door;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.node.Broker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A broker in this JVM whose event bus is that of the test: everything but the network of the bus. */
public final class DoorBroker implements AutoCloseable {
    private final Vertx vertx;
    private final Broker broker;
    private final BrokerMetrics metrics = new BrokerMetrics();

    public DoorBroker(Path data, Map<String, String> kafka) {
        HostPort any = new HostPort("127.0.0.1", 0);
        NodeConfig config = new NodeConfig(
                1,
                Optional.empty(),
                Optional.empty(),
                List.of(new NodeConfig.Listener("PLAINTEXT", any, any)),
                List.of(data),
                new NodeConfig.Cluster(List.of(new NodeConfig.Voter(1, any)), any, any, any, List.of(), "test"),
                Optional.empty(),
                kafka,
                new NodeConfig.Runtime(2, 64 << 20, 16 << 20, 2, 2, 100, 64 << 20, 10_000));
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        broker = new Broker(vertx, config, UUID.randomUUID(), new BusDirectory(), metrics, why -> {});
        await(broker.start());
    }

    public Vertx vertx() {
        return vertx;
    }

    public Broker broker() {
        return broker;
    }

    /** For Kafka's clients. */
    public String bootstrap() {
        return "127.0.0.1:" + broker.advertised().get(0).port();
    }

    /** Sessions open at the door. */
    int sessions() {
        return broker.door().sessionCount();
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException why) {
                throw why;
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Override
    public void close() {
        await(broker.stop());
        await(vertx.close());
    }
}
