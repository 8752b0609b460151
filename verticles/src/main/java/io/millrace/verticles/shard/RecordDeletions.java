package io.millrace.verticles.shard;

import io.millrace.protocol.Errors;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Deletes a leader's records below an offset and waits until every replica of a living broker has followed (KIP-107): then
 * no election brings them back.
 *
 * <p>Each that waits is bounded by its client's timeout, and all by how many requests a connection may have in flight.
 *
 * <p>Thread: the owner of the replica.
 */
public final class RecordDeletions {
    private record Waiting(long offset, long deadlineMs, Promise<DeletedRecords> done) {}

    private final Replica replica;
    private final Shard shard;
    private List<Waiting> waiting = List.of();

    RecordDeletions(Replica replica, Shard shard) {
        this.replica = replica;
        this.shard = shard;
    }

    /**
     * Deletes the records below {@code offset}; done when all have followed, or the time is up.
     *
     * @param offset at most the high watermark
     */
    public void deleteBefore(long offset, long timeoutMs, Promise<DeletedRecords> done) {
        replica.log().advanceLogStart(offset);
        shard.replication().logStartMoved(replica);
        long lowWatermark = lowWatermark();
        if (lowWatermark >= offset) {
            done.complete(new DeletedRecords(Errors.NONE, lowWatermark));
            return;
        }
        if (waiting.isEmpty()) {
            waiting = new ArrayList<>(1);
        }
        waiting.add(new Waiting(offset, shard.context().ticker().getAsLong() + timeoutMs, done));
        replica.watchTimeouts();
    }

    /** Answers what all have followed by now. */
    void settle() {
        if (!waiting.isEmpty()) {
            long lowWatermark = lowWatermark();
            settle(one -> one.offset <= lowWatermark, new DeletedRecords(Errors.NONE, lowWatermark));
        }
    }

    /** Times out what waits too long; false when nothing waits any more. */
    boolean expire(long nowMs) {
        if (!waiting.isEmpty()) {
            DeletedRecords late = new DeletedRecords(Errors.REQUEST_TIMED_OUT, lowWatermark());
            settle(one -> one.deadlineMs <= nowMs, late);
        }
        return !waiting.isEmpty();
    }

    void failAll(Errors error) {
        settle(one -> true, DeletedRecords.refused(error));
    }

    /** All are taken out before the first is answered: an answer may let the next in. */
    private void settle(Predicate<Waiting> which, DeletedRecords outcome) {
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiting> settled = new ArrayList<>();
        List<Waiting> left = new ArrayList<>();
        waiting.forEach(one -> (which.test(one) ? settled : left).add(one));
        waiting = left.isEmpty() ? List.of() : left;
        settled.forEach(one -> one.done.complete(outcome));
    }

    /** Where the log starts at the replica that has come the least far, among those of living brokers. */
    private long lowWatermark() {
        long lowest = replica.log().logStartOffset();
        for (int broker : replica.machine().partition().replicas()) {
            if (broker != shard.context().brokerId() && shard.roles().isAlive(broker)) {
                lowest = Math.min(lowest, replica.links().followerLogStart(broker));
            }
        }
        return lowest;
    }
}
