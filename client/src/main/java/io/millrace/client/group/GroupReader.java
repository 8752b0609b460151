package io.millrace.client.group;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.consume.Fetcher;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WakeUp;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Has a fetcher read what the group assigns, from where the group stands, and commits how far it has come.
 *
 * <p>Thread: the consumer's context.
 */
public final class GroupReader implements Membership.Listener {
    private final Vertx vertx;
    private final Cluster cluster;
    private final ConsumerOptions options;
    private final Fetcher fetcher;
    private final Consumer<LogException> failures;
    private final WakeUp autoCommit;
    private final Map<TopicPartition, Long> lastCommitted = new HashMap<>();
    /** Given to this member, and not read yet: where the group stands there is being asked. */
    private final Set<TopicPartition> starting = new HashSet<>();

    private final Promise<Void> firstAssignment = Promise.promise();
    private Membership membership;
    private GroupOffsets offsets;
    private int assignment;
    /** The application's part of closing; null as long as nobody closes. */
    private Future<Void> closing;

    private Handler<Set<TopicPartition>> assignedHandler;
    private Handler<Set<TopicPartition>> lostHandler;
    private Function<Set<TopicPartition>, Future<Void>> revokedHandler;

    public GroupReader(
            Vertx vertx, Cluster cluster, ConsumerOptions options, Fetcher fetcher, Consumer<LogException> failures) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.options = options;
        this.fetcher = fetcher;
        this.failures = failures;
        this.autoCommit = new WakeUp(vertx, this::commitNowAndThen);
    }

    /** Joins; done with the first assignment. */
    public Future<Void> subscribe(Set<String> topics) {
        if (membership != null) {
            return Future.failedFuture(new IllegalStateException("already subscribed"));
        }
        membership = new Membership(vertx, cluster, options, topics, this);
        offsets = new GroupOffsets(
                vertx, options.groupId(), membership, options.requestTimeoutMs(), options.retryBackoffMs());
        membership.join();
        return firstAssignment.future();
    }

    public void onAssigned(Handler<Set<TopicPartition>> handler) {
        assignedHandler = handler;
    }

    public void onLost(Handler<Set<TopicPartition>> handler) {
        lostHandler = handler;
    }

    public void onRevoked(Function<Set<TopicPartition>, Future<Void>> handler) {
        revokedHandler = handler;
    }

    @Override
    public void assigned(Set<TopicPartition> all, Set<TopicPartition> added) {
        if (closing != null) {
            // The group changed before this member could leave it.
            return;
        }
        // What was added before and has not been begun for want of its offset is still to be.
        starting.addAll(added);
        starting.retainAll(all);
        Set<TopicPartition> kept = new HashSet<>(all);
        kept.removeAll(starting);
        fetcher.assign(kept);
        begin(++assignment, all, Set.copyOf(starting));
    }

    private void begin(int mine, Set<TopicPartition> all, Set<TopicPartition> added) {
        Future<Map<TopicPartition, Long>> found =
                added.isEmpty() ? Future.succeededFuture(Map.of()) : offsets.committed(added);
        found.onComplete(committed -> {
            if (mine != assignment) {
                return;
            }
            if (committed.failed()) {
                LogException why = LogException.of(committed.cause());
                firstAssignment.tryFail(why);
                failures.accept(why);
                if (why.isRetriable()) {
                    // The group counts on this member to read them.
                    vertx.setTimer(options.retryBackoffMs(), later -> begin(mine, all, added));
                }
                return;
            }
            starting.clear();
            lastCommitted.keySet().retainAll(all);
            lastCommitted.keySet().removeAll(added);
            lastCommitted.putAll(committed.result());
            fetcher.assign(all, committed.result());
            if (options.autoCommit()) {
                autoCommit.within(options.autoCommitIntervalMs());
            }
            tell(assignedHandler, added);
            firstAssignment.tryComplete();
        });
    }

    @Override
    public Future<Void> revoked(Set<TopicPartition> partitions) {
        assignment++;
        autoCommit.cancel();
        fetcher.pause(partitions, true);
        Future<Void> finished = closing == null ? finishedWith(partitions) : closing;
        return finished.compose(
                        done -> options.autoCommit() ? commit().otherwiseEmpty() : Future.<Void>succeededFuture())
                .onComplete(done -> {
                    Set<TopicPartition> kept = new HashSet<>(fetcher.assignment());
                    kept.removeAll(partitions);
                    fetcher.assign(kept);
                });
    }

    private Future<Void> finishedWith(Set<TopicPartition> partitions) {
        if (revokedHandler == null || partitions.isEmpty()) {
            return Future.succeededFuture();
        }
        try {
            return revokedHandler.apply(partitions).otherwiseEmpty();
        } catch (Throwable thrown) {
            // The group must not wait for it.
            failures.accept(LogException.of(thrown));
            return Future.succeededFuture();
        }
    }

    private void tell(Handler<Set<TopicPartition>> handler, Set<TopicPartition> partitions) {
        try {
            if (handler != null) {
                handler.handle(partitions);
            }
        } catch (Throwable thrown) {
            failures.accept(LogException.of(thrown));
        }
    }

    @Override
    public void lost(Set<TopicPartition> partitions) {
        assignment++;
        autoCommit.cancel();
        starting.clear();
        fetcher.assign(Set.of());
        tell(lostHandler, partitions);
    }

    @Override
    public void failed(LogException why) {
        firstAssignment.tryFail(why);
        failures.accept(why);
    }

    /** Commits the positions of all that is assigned. */
    public Future<Void> commit() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (TopicPartition partition : fetcher.assignment()) {
            long position = fetcher.position(partition);
            if (position >= 0 && position != lastCommitted.getOrDefault(partition, -1L)) {
                positions.put(partition, position);
            }
        }
        return commit(positions);
    }

    public Future<Void> commit(Map<TopicPartition, Long> wanted) {
        if (offsets == null) {
            return Future.failedFuture(new LogException(LogError.UNKNOWN_MEMBER_ID, "not subscribed"));
        }
        return offsets.commit(wanted).onSuccess(done -> lastCommitted.putAll(wanted));
    }

    /** What is committed. */
    public Future<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        return offsets == null
                ? Future.failedFuture(new LogException(LogError.UNKNOWN_MEMBER_ID, "not subscribed"))
                : offsets.committed(partitions);
    }

    private void commitNowAndThen() {
        int mine = assignment;
        commit().onComplete(done -> {
            if (mine != assignment) {
                return;
            }
            // While the group changes nothing can be committed; anything else is worth knowing, and tried again anyway.
            if (done.failed() && !isOfARebalance(LogException.of(done.cause()).error())) {
                failures.accept(LogException.of(done.cause()));
            }
            autoCommit.within(options.autoCommitIntervalMs());
        });
    }

    /** If the member has been left out instead, its heartbeat hears of it, and the application of what it has lost. */
    private static boolean isOfARebalance(LogError error) {
        return error == LogError.REBALANCE_IN_PROGRESS || error == LogError.ILLEGAL_GENERATION;
    }

    /** Has the application finish with what it has, as when others get it; commits if that is its task, and leaves. */
    public Future<Void> close() {
        if (membership == null) {
            return Future.succeededFuture();
        }
        assignment++;
        autoCommit.cancel();
        fetcher.pause(fetcher.assignment(), true);
        firstAssignment.tryFail(new LogException(LogError.CLOSED, null));
        closing = inTime(finishedWith(fetcher.assignment()));
        return closing.compose(
                        done -> options.autoCommit() ? commit().otherwiseEmpty() : Future.<Void>succeededFuture())
                .compose(done -> membership.leave());
    }

    /** Whoever closes is not to wait for ever for what the application does not finish. */
    private Future<Void> inTime(Future<Void> finished) {
        if (finished.isComplete()) {
            return finished;
        }
        Promise<Void> over = Promise.promise();
        long timer = vertx.setTimer(options.rebalanceTimeoutMs(), late -> over.tryComplete());
        finished.onComplete(done -> over.tryComplete());
        return over.future().onComplete(done -> vertx.cancelTimer(timer));
    }
}
