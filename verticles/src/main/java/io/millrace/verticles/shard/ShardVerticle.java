package io.millrace.verticles.shard;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Function;

/**
 * The actor around a shard: ties it to the event loop that Vert.x gave it, and closes its logs when undeployed.
 *
 * <p>Thread: its context.
 */
final class ShardVerticle extends VerticleBase {
    private final Function<EventLoop, Shard> creation;
    private Shard shard;

    /** Asks {@code creation} for the shard of the loop it finds itself on; null means that this loop has one already. */
    ShardVerticle(Function<EventLoop, Shard> creation) {
        this.creation = creation;
    }

    @Override
    public Future<?> start() {
        shard = creation.apply(((ContextInternal) context).nettyEventLoop());
        if (shard != null) {
            shard.start();
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        if (shard == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        shard.close(closed::complete);
        return closed.future();
    }

    /** Whether this one got the loop; the others are superfluous. */
    boolean hasShard() {
        return shard != null;
    }
}
