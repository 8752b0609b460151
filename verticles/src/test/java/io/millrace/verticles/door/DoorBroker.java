package io.millrace.verticles.door;

import io.millrace.verticles.node.Broker;
import io.millrace.verticles.node.EmbeddedNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node in this JVM whose event bus is that of the test: everything but the network of the bus. */
public final class DoorBroker implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final EmbeddedNode node;

    public DoorBroker(Path data, Map<String, String> kafka) {
        node = await(EmbeddedNode.start(vertx, data, kafka));
    }

    public Vertx vertx() {
        return vertx;
    }

    public Broker broker() {
        return node.broker();
    }

    /** For Kafka's clients. */
    public String bootstrap() {
        return node.bootstrapServers();
    }

    /** Sessions open at the door. */
    int sessions() {
        return broker().door().sessionCount();
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException why) {
                throw why;
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Override
    public void close() {
        await(node.stop());
        await(vertx.close());
    }
}
