package io.millrace.client.group;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.consume.Fetcher;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.ContextTimer;
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
    private static final Future<Void> NOTHING = Future.succeededFuture();

    private final Vertx vertx;
    private final Cluster cluster;
    private final ConsumerOptions options;
    private final Fetcher fetcher;
    private final Consumer<LogException> failures;
    private final WakeUp autoCommit;
    private final Map<TopicPartition, Long> lastCommitted = new HashMap<>();
    /** Given to this member, and not read yet: where the group stands there is being asked. */
    private final Set<TopicPartition> starting = new HashSet<>();

    private Promise<Void> firstAssignment = Promise.promise();
    private Membership membership;
    private GroupOffsets offsets;
    private int assignment;
    /** The application's part of giving back what the group gives to others, and what that is. */
    private Future<Void> givingBack = NOTHING;

    private Set<TopicPartition> givenBack = Set.of();
    /** The application's part of leaving; null as long as nobody leaves. */
    private Future<Void> finishing;
    /** Done when the group is left; null as long as nobody leaves. */
    private Future<Void> leaving;

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
        if (leaving != null) {
            return leaving.compose(left -> subscribe(topics));
        }
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
        if (finishing != null) {
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
                    ContextTimer.in(vertx, options.retryBackoffMs(), () -> begin(mine, all, added));
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
        Membership of = membership;
        Future<Void> finished = finishing == null ? finishedWith(partitions) : finishing;
        givingBack = finished;
        givenBack = partitions;
        return finished.compose(done -> options.autoCommit() && of == membership ? commit().otherwiseEmpty() : NOTHING)
                .onComplete(done -> {
                    if (of != membership) {
                        // It has left meanwhile, and may have joined anew.
                        return;
                    }
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
        return offsets.commit(wanted).onComplete(done -> {
            if (done.succeeded()) {
                lastCommitted.putAll(wanted);
            } else {
                // Nobody knows: it may have been taken all the same.
                lastCommitted.keySet().removeAll(wanted.keySet());
            }
        });
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

    public boolean isSubscribed() {
        return membership != null;
    }

    /** Leaves the group as {@link #close}, and reads nothing; done when it may be subscribed anew. */
    public Future<Void> unsubscribe() {
        if (membership == null || leaving != null) {
            return leaving == null ? NOTHING : leaving;
        }
        return leave(patienceMs(), this::forget);
    }

    private void forget() {
        leaving = null;
        finishing = null;
        membership = null;
        offsets = null;
        starting.clear();
        lastCommitted.clear();
        firstAssignment = Promise.promise();
        fetcher.assign(Set.of());
    }

    /** As long as the application and a commit may take, beside one that is under way. */
    private long patienceMs() {
        return options.rebalanceTimeoutMs() + 2L * options.requestTimeoutMs();
    }

    /** Has the application finish with what it has, as when others get it; commits if that is its task, and leaves. */
    public Future<Void> close() {
        return close(patienceMs());
    }

    /** @param patienceMs after which the group is left, whatever is not finished */
    public Future<Void> close(long patienceMs) {
        if (membership == null || leaving != null) {
            return leaving == null ? NOTHING : leaving;
        }
        return leave(patienceMs, () -> {});
    }

    /** @param whenLeft before anybody who waits for it is told, since they may subscribe anew at once */
    private Future<Void> leave(long patienceMs, Runnable whenLeft) {
        assignment++;
        autoCommit.cancel();
        fetcher.pause(fetcher.assignment(), true);
        firstAssignment.tryFail(new LogException(LogError.CLOSED, null));
        Promise<Void> left = Promise.promise();
        leaving = left.future();
        Set<TopicPartition> asked = new HashSet<>(fetcher.assignment());
        if (!givingBack.isComplete()) {
            asked.removeAll(givenBack);
        }
        finishing = within(
                Math.min(patienceMs, options.rebalanceTimeoutMs()),
                Future.join(givingBack, finishedWith(Set.copyOf(asked))).mapEmpty());
        within(patienceMs, finishing.compose(done -> options.autoCommit() ? commit().otherwiseEmpty() : NOTHING))
                .compose(done -> membership.leave())
                .onComplete(done -> {
                    whenLeft.run();
                    left.handle(done);
                });
        return left.future();
    }

    /** Whoever closes is not to wait for ever for what is not finished. */
    private Future<Void> within(long ms, Future<Void> finished) {
        if (finished.isComplete()) {
            return finished;
        }
        Promise<Void> over = Promise.promise();
        ContextTimer timer = ContextTimer.in(vertx, ms, over::tryComplete);
        finished.onComplete(done -> over.tryComplete());
        return over.future().onComplete(done -> timer.cancel());
    }
}
