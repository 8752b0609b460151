package io.millrace.client.link;

import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Closes a producer or a consumer that its verticle has left open when it is undeployed, or one that was made outside of a verticle when its
 * Vert.x is closed: a member of a group would be counted on for as long as it lives, and read on for nobody.
 *
 * <p>Thread: any.
 */
public final class ContextEnd implements Closeable {
    /** Whoever undeploys waits for it: nodes that do not answer are not waited for longer. */
    public static final long PATIENCE_MS = 2_000;
    /** And this is for giving back what they have given. */
    private static final long MOST_MS = PATIENCE_MS + 1_000;

    private final ContextInternal context;
    private final Supplier<Future<Void>> close;

    private ContextEnd(ContextInternal context, Supplier<Future<Void>> close) {
        this.context = context;
        this.close = close;
    }

    /** Has what was made in this context be closed with it. */
    public static ContextEnd of(Context context, Supplier<Future<Void>> close) {
        ContextEnd end = new ContextEnd((ContextInternal) context, close);
        end.context.addCloseHook(end);
        return end;
    }

    /** It is closed already. */
    public void forget() {
        context.removeCloseHook(this);
    }

    @Override
    public void close(Completable<Void> closed) {
        Promise<Void> over = Promise.promise();
        // Timers of Vert.x end with the context.
        ScheduledFuture<?> late =
                context.nettyEventLoop().schedule(() -> over.tryComplete(), MOST_MS, TimeUnit.MILLISECONDS);
        close.get().onComplete(done -> over.tryComplete());
        over.future().onComplete(done -> {
            late.cancel(false);
            closed.succeed();
        });
    }
}
