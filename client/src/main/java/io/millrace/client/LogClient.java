package io.millrace.client;

import io.millrace.client.link.Cluster;
import io.millrace.client.link.LinkSettings;
import io.millrace.log.compress.CodecMissingException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where an application begins: makes producers and consumers on a Vert.x that is part of the cluster's event bus.
 *
 * <p>Nothing is opened here, so nothing is to be closed: each producer and consumer has its own way to the nodes and is
 * closed by itself.
 *
 * <p>Thread: any.
 */
public final class LogClient {
    private static final long ANSWER_MS = 5_000;
    private static final long CONNECT_MS = 3_000;
    private static final long ASK_AGAIN_MS = 200;
    private static final int READER_CREDIT_BYTES = 256 << 10;

    private final Vertx vertx;

    private LogClient(Vertx vertx) {
        this.vertx = vertx;
    }

    public static LogClient of(Vertx vertx) {
        return new LogClient(vertx);
    }

    /**
     * Whether a node answers on this bus; asks again for some seconds, since a node's door may come onto the bus a little later than its
     * Hazelcast. Fails with {@link LogError#NODE_UNREACHABLE} and what to look at when nobody does,
     * with {@link LogError#UNSUPPORTED_FRAME} when client and nodes are of versions that do not fit together.
     */
    public Future<Void> connected() {
        Context context = vertx.getOrCreateContext();
        LinkSettings link = new LinkSettings(LinkSettings.ANY, "millrace-client", READER_CREDIT_BYTES, ANSWER_MS);
        Cluster cluster = new Cluster(vertx, context, link);
        Promise<Void> answered = Promise.promise();
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CONNECT_MS);
        context.runOnContext(go -> ask(cluster, untilNanos)
                .recover(failure -> Future.failedFuture(explained(LogException.of(failure))))
                .eventually(cluster::close)
                .onComplete(answered));
        return answered.future();
    }

    private Future<Void> ask(Cluster cluster, long untilNanos) {
        return cluster.refresh(List.of()).recover(failure -> {
            if (!isNobody(LogException.of(failure)) || System.nanoTime() - untilNanos >= 0) {
                return Future.failedFuture(failure);
            }
            return vertx.timer(ASK_AGAIN_MS, TimeUnit.MILLISECONDS).compose(later -> ask(cluster, untilNanos));
        });
    }

    private static boolean isNobody(LogException why) {
        return why.error() == LogError.NODE_UNREACHABLE || why.error() == LogError.TIMED_OUT;
    }

    private LogException explained(LogException why) {
        if (why.error() == LogError.UNSUPPORTED_FRAME || why.error() == LogError.PROTOCOL) {
            return new LogException(
                    LogError.UNSUPPORTED_FRAME,
                    "client and nodes do not understand each other, use the millrace-client of the nodes' version: "
                            + why.getMessage());
        }
        if (!isNobody(why)) {
            return why;
        }
        if (why.error() == LogError.TIMED_OUT) {
            return new LogException(
                    LogError.NODE_UNREACHABLE,
                    "a Millrace node is on this event bus and does not answer. Its bus (cluster.bus) must be reachable from"
                            + " here, and this one from there: host and port of the EventBusOptions, or clusterPublicHost"
                            + " and clusterPublicPort where others see different ones");
        }
        return new LogException(
                LogError.NODE_UNREACHABLE,
                vertx.isClustered()
                        ? "no Millrace node is on this event bus. Nodes and applications meet when Hazelcast's cluster name"
                                + " is the nodes' cluster.name followed by -hz5.7, Hazelcast is 5.7 on both sides, and the"
                                + " seeds are members of the cluster"
                        : "no Millrace node is in this process, and this Vert.x is not clustered");
    }

    /**
     * A producer on the context of the caller, or on one of its own.
     *
     * @throws LogException {@link LogError#UNSUPPORTED_COMPRESSION_TYPE} and which jar, when its codec has none on the class path
     */
    public LogProducer producer(ProducerOptions options) {
        ProducerOptions copy = new ProducerOptions(options);
        try {
            copy.compression().require();
        } catch (CodecMissingException missing) {
            throw new LogException(LogError.UNSUPPORTED_COMPRESSION_TYPE, missing.getMessage());
        }
        Context context = vertx.getOrCreateContext();
        LinkSettings link =
                new LinkSettings(LinkSettings.ANY, copy.clientId(), copy.creditBytes(), copy.requestTimeoutMs());
        return new LogProducer(vertx, context, new Cluster(vertx, context, link), copy);
    }

    /** A consumer on the context of the caller, or on one of its own. */
    public LogConsumer consumer(ConsumerOptions options) {
        ConsumerOptions copy = new ConsumerOptions(options);
        Context context = vertx.getOrCreateContext();
        LinkSettings link =
                new LinkSettings(LinkSettings.ANY, copy.clientId(), READER_CREDIT_BYTES, copy.requestTimeoutMs());
        return new LogConsumer(vertx, context, new Cluster(vertx, context, link), copy);
    }
}
