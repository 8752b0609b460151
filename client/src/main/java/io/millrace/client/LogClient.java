package io.millrace.client;

import io.millrace.client.link.Cluster;
import io.millrace.client.link.LinkSettings;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Where an application begins: makes producers and consumers on a Vert.x that is part of the cluster's event bus.
 *
 * <p>Nothing is opened here, so nothing is to be closed: each producer and consumer has its own way to the nodes and is
 * closed by itself.
 *
 * <p>Thread: any.
 */
public final class LogClient {
    private static final int READER_CREDIT_BYTES = 256 << 10;

    private final Vertx vertx;

    private LogClient(Vertx vertx) {
        this.vertx = vertx;
    }

    public static LogClient of(Vertx vertx) {
        return new LogClient(vertx);
    }

    /** A producer on the context of the caller, or on one of its own. */
    public LogProducer producer(ProducerOptions options) {
        ProducerOptions copy = new ProducerOptions(options);
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
