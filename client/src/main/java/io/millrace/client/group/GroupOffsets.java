package io.millrace.client.group;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.message.Offsets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The offsets of a group: committed as a member, read back when partitions are assigned.
 *
 * <p>Thread: the consumer's context.
 */
public final class GroupOffsets {
    private final Vertx vertx;
    private final String group;
    private final Membership membership;
    private final long timeoutMs;
    private final long backoffMs;

    public GroupOffsets(Vertx vertx, String group, Membership membership, long timeoutMs, long backoffMs) {
        this.vertx = vertx;
        this.group = group;
        this.membership = membership;
        this.timeoutMs = timeoutMs;
        this.backoffMs = backoffMs;
    }

    /** Commits; fails with {@link LogError#REBALANCE_IN_PROGRESS} or the like when the partitions may be another's by now. */
    public Future<Void> commit(Map<TopicPartition, Long> offsets) {
        return offsets.isEmpty() ? Future.succeededFuture() : again(() -> commitOnce(offsets), deadline());
    }

    private Future<Void> commitOnce(Map<TopicPartition, Long> offsets) {
        return membership
                .coordinator()
                .ask(
                        Offsets.COMMIT_API,
                        Offsets.COMMIT_VERSION,
                        256 + 64 * offsets.size(),
                        timeoutMs,
                        out -> Offsets.writeCommit(out, group, membership.generation(), membership.member(), offsets),
                        Offsets::readCommit,
                        Short::intValue)
                .mapEmpty();
    }

    /** What is committed; a partition without is not in it. */
    public Future<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        return again(() -> committedOnce(partitions), deadline());
    }

    private Future<Map<TopicPartition, Long>> committedOnce(Collection<TopicPartition> partitions) {
        return membership
                .coordinator()
                .ask(
                        Offsets.FETCH_API,
                        Offsets.FETCH_VERSION,
                        256 + 32 * partitions.size(),
                        timeoutMs,
                        out -> Offsets.writeFetch(out, group, partitions),
                        Offsets::readFetch,
                        found -> found.values().stream()
                                .mapToInt(Offsets.Committed::error)
                                .filter(error -> error != 0)
                                .findFirst()
                                .orElse(0))
                .map(found -> {
                    Map<TopicPartition, Long> offsets = new HashMap<>();
                    found.forEach((partition, one) -> {
                        if (one.offset() >= 0) {
                            offsets.put(partition, one.offset());
                        }
                    });
                    return offsets;
                });
    }

    private long deadline() {
        return System.nanoTime() + timeoutMs * 1_000_000;
    }

    private <T> Future<T> again(java.util.function.Supplier<Future<T>> attempt, long deadlineNanos) {
        return attempt.get().recover(failure -> {
            if (!LogException.of(failure).isRetriable() || System.nanoTime() > deadlineNanos) {
                return Future.failedFuture(failure);
            }
            Promise<T> later = Promise.promise();
            vertx.setTimer(backoffMs, waited -> again(attempt, deadlineNanos).onComplete(later));
            return later.future();
        });
    }
}
