package io.millrace.client.consume;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.ContextTimer;
import io.millrace.client.link.Leader;
import io.millrace.client.message.ListOffsets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Finds where a partition begins, where it ends, or where a time is; asks again while that is not known.
 *
 * <p>Thread: the consumer's context.
 */
public final class OffsetLookup {
    private static final long TIMEOUT_MS = 2_000;

    private final Vertx vertx;
    private final Cluster cluster;
    private final long backoffMs;
    private final long patienceMs;

    /** @param patienceMs how long to ask again */
    public OffsetLookup(Vertx vertx, Cluster cluster, long backoffMs, long patienceMs) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.backoffMs = backoffMs;
        this.patienceMs = patienceMs;
    }

    /**
     * The offset of a time, or of {@link ListOffsets#EARLIEST} or {@link ListOffsets#LATEST}.
     *
     * @return -1 when no record is as young as the time
     */
    public Future<Long> find(TopicPartition partition, long timestamp) {
        return attempt(partition, timestamp, System.nanoTime() + patienceMs * 1_000_000, backoffMs);
    }

    private Future<Long> attempt(TopicPartition partition, long timestamp, long deadlineNanos, long waitMs) {
        return once(partition, timestamp).recover(failure -> {
            LogException why = LogException.of(failure);
            if (!why.isRetriable() || System.nanoTime() > deadlineNanos) {
                return Future.failedFuture(why);
            }
            boolean isMissing = why.error() == LogError.UNKNOWN_TOPIC_OR_PARTITION;
            long nextMs = isMissing ? LeaderSearch.after(waitMs) : backoffMs;
            Promise<Long> again = Promise.promise();
            cluster.refresh(List.of(partition.topic()))
                    .onComplete(asked -> ContextTimer.in(vertx, isMissing ? waitMs : backoffMs, () -> attempt(
                                    partition, timestamp, deadlineNanos, nextMs)
                            .onComplete(again)));
            return again.future();
        });
    }

    private Future<Long> once(TopicPartition partition, long timestamp) {
        Leader leader = cluster.leader(partition);
        if (!leader.isKnown()) {
            LogError refusal = cluster.refusal(partition.topic());
            boolean beyond = cluster.partitionCount(partition.topic()) > 0
                    && partition.partition() >= cluster.partitionCount(partition.topic());
            return Future.failedFuture(new LogException(
                    beyond
                            ? LogError.UNKNOWN_TOPIC_OR_PARTITION
                            : refusal == null ? LogError.LEADER_NOT_AVAILABLE : refusal,
                    partition.toString()));
        }
        return cluster.control(leader.brokerId())
                .call(
                        ListOffsets.API,
                        ListOffsets.VERSION,
                        64 + partition.topic().length(),
                        TIMEOUT_MS,
                        out -> ListOffsets.write(out, partition, leader.epoch(), timestamp))
                .map(ListOffsets::read)
                .compose(answer -> {
                    LogError error = LogError.ofCode(answer.error());
                    return error == null
                            ? Future.succeededFuture(answer.offset())
                            : Future.failedFuture(new LogException(error, partition.toString()));
                });
    }
}
