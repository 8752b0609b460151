package io.millrace.verticles.shard;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deploys one shard on every event loop.
 *
 * <p>Vert.x deals loops to deployments in turn and takes no wishes, so a verticle that finds itself on a loop that has a
 * shard is undeployed again, and another one is deployed until every loop has one.
 *
 * <p>Thread: any; steps run one after the other.
 */
public final class ShardDeployment {
    /** Deals per loop before giving up; a round of the deal is one per loop. */
    private static final int MOST_DEALS_PER_LOOP = 16;

    private final Vertx vertx;
    private final ShardContext context;
    private final Map<EventLoop, Shard> byLoop = new LinkedHashMap<>();
    private final List<String> deploymentIds = new ArrayList<>();
    private int dealsLeft;

    private ShardDeployment(Vertx vertx, ShardContext context) {
        this.vertx = vertx;
        this.context = context;
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            byLoop.put((EventLoop) loop, null);
        }
        dealsLeft = byLoop.size() * MOST_DEALS_PER_LOOP;
    }

    /** The shards, and what is undeployed to close them. */
    public record Deployed(Shards shards, List<String> deploymentIds) {}

    /** Deploys the shards. */
    public static Future<Deployed> deploy(Vertx vertx, ShardContext context) {
        return new ShardDeployment(vertx, context).dealUntilComplete();
    }

    private Future<Deployed> dealUntilComplete() {
        if (!byLoop.containsValue(null)) {
            return Future.succeededFuture(new Deployed(new Shards(new ArrayList<>(byLoop.values())), deploymentIds));
        }
        if (dealsLeft-- == 0) {
            return Future.failedFuture(new IllegalStateException("Vert.x leaves an event loop without a shard"));
        }
        ShardVerticle verticle = new ShardVerticle(this::take);
        return vertx.deployVerticle(verticle).compose(id -> {
            if (!verticle.hasShard()) {
                return vertx.undeploy(id).compose(undeployed -> dealUntilComplete());
            }
            deploymentIds.add(id);
            return dealUntilComplete();
        });
    }

    private Shard take(EventLoop loop) {
        if (!byLoop.containsKey(loop) || byLoop.get(loop) != null) {
            return null;
        }
        Shard shard = new Shard(new ArrayList<>(byLoop.keySet()).indexOf(loop), byLoop.size(), loop, context);
        byLoop.put(loop, shard);
        return shard;
    }
}
