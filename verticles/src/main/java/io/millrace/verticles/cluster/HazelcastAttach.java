package io.millrace.verticles.cluster;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where Vert.x's cluster manager and our Hazelcast member meet.
 *
 * <p>Thread: any; the stage completes on Hazelcast's start thread.
 */
public final class HazelcastAttach {
    /** A member that could not start is tried again after so long: the port may be somebody else's for a while. */
    public static final long RETRY_MS = 10_000;
    /** Of the tries that fail one after the other, every so many-th is told. */
    private static final int TELL_EVERY_TRY = 60;

    private static final Logger log = LoggerFactory.getLogger(HazelcastAttach.class);

    private HazelcastAttach() {}

    /** A manager on top of the member as soon as that one is up. The member stays ours to stop, after Vert.x closed. */
    public static CompletionStage<ClusterManager> to(HazelcastMember member) {
        return member.instance().thenApply(HazelcastClusterManager::new);
    }

    /**
     * As above, of the first member that comes up; fails only when {@code goOn} says that none is wanted any more. Who stops the
     * member of the moment says so before.
     */
    public static CompletionStage<ClusterManager> toFirst(
            Supplier<HazelcastMember> members, Vertx vertx, long retryMs, BooleanSupplier goOn) {
        CompletableFuture<ClusterManager> attached = new CompletableFuture<>();
        new Tries(members, vertx, retryMs, goOn, attached).next();
        return attached;
    }

    /** One after the other. Thread: one at a time. */
    private static final class Tries {
        private final Supplier<HazelcastMember> members;
        private final Vertx vertx;
        private final long retryMs;
        private final BooleanSupplier goOn;
        private final CompletableFuture<ClusterManager> attached;
        private volatile int failed;

        Tries(
                Supplier<HazelcastMember> members,
                Vertx vertx,
                long retryMs,
                BooleanSupplier goOn,
                CompletableFuture<ClusterManager> attached) {
            this.members = members;
            this.vertx = vertx;
            this.retryMs = retryMs;
            this.goOn = goOn;
            this.attached = attached;
        }

        void next() {
            to(members.get()).whenComplete((manager, failure) -> {
                if (failure == null) {
                    if (failed > 0) {
                        log.info("Hazelcast is up, applications can join here");
                    }
                    attached.complete(manager);
                } else if (!goOn.getAsBoolean()) {
                    attached.completeExceptionally(failure);
                } else {
                    again(failure.getCause() == null ? failure : failure.getCause());
                }
            });
        }

        private void again(Throwable why) {
            if (failed++ % TELL_EVERY_TRY == 0) {
                log.warn(
                        "Hazelcast did not attach: {}; brokers go on, applications cannot join here; tries again",
                        why.getMessage());
            }
            vertx.setTimer(retryMs, over -> {
                if (goOn.getAsBoolean()) {
                    next();
                }
            });
        }
    }
}
