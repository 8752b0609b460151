package io.millrace.verticles.replication;

import io.millrace.log.replication.FetchSettings;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What the shards of a node share for replication.
 *
 * <p>Thread: any; immutable.
 *
 * @param lagTimeMaxMs {@code replica.lag.time.max.ms}
 * @param followersServe {@code replica.selector.class} names the selector by rack: consumers may read from followers
 * @param brokerEpoch of this life of the node; -1 before it is registered
 * @param isr where proposals go
 * @param outbox makes a shard's way to other nodes
 */
public record ReplicationParts(
        int brokerId,
        long lagTimeMaxMs,
        boolean followersServe,
        FetchSettings fetch,
        LongSupplier brokerEpoch,
        IsrGateway isr,
        Function<EventLoop, Outbox> outbox) {

    /** A shard's way to other nodes. Thread: the shard's loop. */
    @FunctionalInterface
    public interface Outbox {
        /**
         * Sends a frame, whose payloads are released when it is gone.
         *
         * @return fails when it is known at once that the frame is lost; completes on any thread
         */
        Future<Void> send(int brokerId, OutgoingFrame frame);
    }

    /** For a node that has no peers. */
    public static ReplicationParts alone(int brokerId) {
        return new ReplicationParts(
                brokerId,
                30_000,
                false,
                FetchSettings.DEFAULTS,
                () -> -1,
                proposals -> Future.failedFuture("there is no controller"),
                loop -> (to, frame) -> {
                    frame.release();
                    return Future.failedFuture("there is no other node");
                });
    }
}
