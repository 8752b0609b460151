package io.millrace.client.group;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.ContextTimer;
import io.millrace.client.message.Offsets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The offsets of a group: committed as a member, read back when partitions are assigned.
 *
 * <p>One commit is under way at a time, and the next one has what is asked for meanwhile: one that is sent again, after a coordinator has
 * moved, would else set back what was committed after it, and who commits with each record would have as many requests wait. A commit
 * is made as the member that asked for it: what has become another's since is refused.
 *
 * <p>Thread: the consumer's context.
 */
public final class GroupOffsets {
    /**
     * The coordinator may lag behind a new topic for that long; one that is deleted stays unknown, and the group waits for the commit of its
     * members when it changes.
     */
    private static final long UNKNOWN_TOPIC_MS = 1_000;

    private final Vertx vertx;
    private final String group;
    private final Membership membership;
    private final long timeoutMs;
    private final long backoffMs;
    /** What goes out when the commit under way is over; null for nothing. */
    private Commit next;

    private boolean committing;

    /** Offsets of one time as a member. */
    private record Commit(int generation, String member, Map<TopicPartition, Long> offsets, List<Asked> asked) {
        void fail(Throwable why) {
            asked.forEach(one -> one.done().fail(why));
        }
    }

    /** What one caller wants to have committed, of which it is told alone. */
    private record Asked(Set<TopicPartition> partitions, Promise<Void> done) {}

    public GroupOffsets(Vertx vertx, String group, Membership membership, long timeoutMs, long backoffMs) {
        this.vertx = vertx;
        this.group = group;
        this.membership = membership;
        this.timeoutMs = timeoutMs;
        this.backoffMs = backoffMs;
    }

    /** Commits; fails with {@link LogError#REBALANCE_IN_PROGRESS} or the like when the partitions may be another's by now. */
    public Future<Void> commit(Map<TopicPartition, Long> offsets) {
        if (offsets.isEmpty()) {
            return Future.succeededFuture();
        }
        int generation = membership.generation();
        if (generation == Subscription.NO_GENERATION) {
            return Future.failedFuture(new LogException(LogError.UNKNOWN_MEMBER_ID, "not a member of " + group));
        }
        if (next != null && next.generation() != generation) {
            next.fail(new LogException(LogError.ILLEGAL_GENERATION, "group " + group));
            next = null;
        }
        if (next == null) {
            next = new Commit(generation, membership.member(), new HashMap<>(), new ArrayList<>());
        }
        Promise<Void> done = Promise.promise();
        next.offsets().putAll(offsets);
        next.asked().add(new Asked(Set.copyOf(offsets.keySet()), done));
        commitNext();
        return done.future();
    }

    private void commitNext() {
        if (committing || next == null) {
            return;
        }
        Commit now = next;
        next = null;
        committing = true;
        Map<TopicPartition, LogException> gone = new HashMap<>();
        again(() -> commitOnce(now, gone), deadline()).onComplete(answer -> {
            committing = false;
            commitNext();
            if (answer.failed() && gone.isEmpty()) {
                now.fail(answer.cause());
            } else {
                now.asked().forEach(one -> tell(one, gone));
            }
        });
    }

    private static void tell(Asked one, Map<TopicPartition, LogException> gone) {
        for (TopicPartition partition : one.partitions()) {
            LogException why = gone.get(partition);
            if (why != null) {
                one.done().fail(why);
                return;
            }
        }
        one.done().complete();
    }

    /** @param gone what the coordinator does not know, when it has taken everything else; then it fails as well */
    private Future<Void> commitOnce(Commit commit, Map<TopicPartition, LogException> gone) {
        gone.clear();
        return membership
                .coordinator()
                .ask(
                        Offsets.COMMIT_API,
                        Offsets.COMMIT_VERSION,
                        256 + 64 * commit.offsets().size(),
                        timeoutMs,
                        out -> Offsets.writeCommit(out, group, commit.generation(), commit.member(), commit.offsets()),
                        Offsets::readCommit,
                        GroupOffsets::errorOfAll)
                .compose(refused -> {
                    refused.forEach((partition, error) ->
                            gone.put(partition, new LogException(LogError.ofCode(error), partition.toString())));
                    return gone.isEmpty()
                            ? Future.succeededFuture()
                            : Future.failedFuture(gone.values().iterator().next());
                });
    }

    /** Of a topic that is not there the others of the same commit are independent. */
    private static int errorOfAll(Map<TopicPartition, Short> refused) {
        return refused.values().stream()
                .filter(error -> error != LogError.UNKNOWN_TOPIC_OR_PARTITION.code())
                .findFirst()
                .orElse((short) 0);
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

    private <T> Future<T> again(Supplier<Future<T>> attempt, long deadlineNanos) {
        return attempt.get().recover(failure -> {
            LogException why = LogException.of(failure);
            long lastNanos = why.error() == LogError.UNKNOWN_TOPIC_OR_PARTITION
                    ? deadlineNanos - TimeUnit.MILLISECONDS.toNanos(Math.max(0, timeoutMs - UNKNOWN_TOPIC_MS))
                    : deadlineNanos;
            if (!why.isRetriable() || System.nanoTime() - lastNanos > 0) {
                return Future.failedFuture(failure);
            }
            Promise<T> later = Promise.promise();
            ContextTimer.in(
                    vertx, backoffMs, () -> again(attempt, deadlineNanos).onComplete(later));
            return later.future();
        });
    }
}
