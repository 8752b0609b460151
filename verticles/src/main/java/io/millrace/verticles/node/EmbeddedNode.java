package io.millrace.verticles.node;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A whole node inside of somebody else's process, for tests: on the Vert.x that is handed in, so that applications on its
 * event bus find the door there, and with a Kafka listener on a free port of 127.0.0.1. It joins nobody.
 *
 * <p>Thread: any.
 */
public final class EmbeddedNode {
    private static final int NODE_ID = 1;
    private static final int REQUEST_MEMORY_BYTES = 64 << 20;
    private static final int TAIL_CACHE_BYTES = 16 << 20;
    private static final int WRITER_QUEUE_BYTES = 64 << 20;
    private static final int OPEN_FILES = 200;
    private static final int STOP_MS = 10_000;

    private final Broker broker;

    private EmbeddedNode(Broker broker) {
        this.broker = broker;
    }

    /** Starts a node with its data in a folder; done when it serves. */
    public static Future<EmbeddedNode> start(Vertx vertx, Path data) {
        return start(vertx, data, Map.of());
    }

    /** The same with some of Kafka's broker settings, for example {@code num.partitions}. */
    public static Future<EmbeddedNode> start(Vertx vertx, Path data, Map<String, String> kafka) {
        HostPort any = new HostPort("127.0.0.1", 0);
        NodeConfig config = new NodeConfig(
                NODE_ID,
                Optional.empty(),
                Optional.empty(),
                List.of(new NodeConfig.Listener("PLAINTEXT", any, any)),
                List.of(data.toAbsolutePath()),
                new NodeConfig.Cluster(
                        List.of(new NodeConfig.Voter(NODE_ID, any)), any, any, any, List.of(), "embedded"),
                Optional.empty(),
                kafka,
                new NodeConfig.Runtime(
                        loops(vertx),
                        REQUEST_MEMORY_BYTES,
                        TAIL_CACHE_BYTES,
                        2,
                        2,
                        OPEN_FILES,
                        WRITER_QUEUE_BYTES,
                        STOP_MS));
        Broker broker =
                new Broker(vertx, config, UUID.randomUUID(), new BusDirectory(), new BrokerMetrics(), why -> {});
        return broker.start().map(started -> new EmbeddedNode(broker));
    }

    private static int loops(Vertx vertx) {
        int loops = 0;
        for (EventExecutor ignored : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loops++;
        }
        return loops;
    }

    /** For Kafka's clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + broker.advertised().get(0).port();
    }

    /** The node's parts. */
    public Broker broker() {
        return broker;
    }

    /** Stops it cleanly; the Vert.x stays. */
    public Future<Void> stop() {
        return broker.stop();
    }
}
