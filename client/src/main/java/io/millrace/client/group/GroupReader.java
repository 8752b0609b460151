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
    private final Promise<Void> firstAssignment = Promise.promise();
    private Membership membership;
    private GroupOffsets offsets;
    private int assignment;
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
    public void assigned(Set<TopicPartition> partitions) {
        int mine = ++assignment;
        Future<Map<TopicPartition, Long>> found =
                partitions.isEmpty() ? Future.succeededFuture(Map.of()) : offsets.committed(partitions);
        found.onComplete(committed -> {
            if (mine != assignment) {
                return;
            }
            if (committed.failed()) {
                failures.accept(LogException.of(committed.cause()));
                firstAssignment.tryFail(committed.cause());
                return;
            }
            lastCommitted.clear();
            lastCommitted.putAll(committed.result());
            if (assignedHandler != null) {
                assignedHandler.handle(partitions);
            }
            fetcher.assign(partitions, committed.result());
            if (options.autoCommit()) {
                autoCommit.within(options.autoCommitIntervalMs());
            }
            firstAssignment.tryComplete();
        });
    }

    @Override
    public Future<Void> revoked(Set<TopicPartition> partitions) {
        assignment++;
        autoCommit.cancel();
        fetcher.pause(partitions, true);
        Future<Void> finished = revokedHandler == null || partitions.isEmpty()
                ? Future.succeededFuture()
                : revokedHandler.apply(partitions);
        return finished.otherwiseEmpty()
                .compose(done -> options.autoCommit() ? commit().otherwiseEmpty() : Future.<Void>succeededFuture())
                .onComplete(done -> fetcher.assign(Set.of()));
    }

    @Override
    public void lost(Set<TopicPartition> partitions) {
        assignment++;
        autoCommit.cancel();
        fetcher.assign(Set.of());
        if (lostHandler != null) {
            lostHandler.handle(partitions);
        }
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
            // A rebalance under way commits by itself; anything else is worth knowing, and tried again anyway.
            if (done.failed() && LogException.of(done.cause()).error() != LogError.REBALANCE_IN_PROGRESS) {
                failures.accept(LogException.of(done.cause()));
            }
            autoCommit.within(options.autoCommitIntervalMs());
        });
    }

    /** Commits if that is its task, and leaves. */
    public Future<Void> close() {
        if (membership == null) {
            return Future.succeededFuture();
        }
        assignment++;
        autoCommit.cancel();
        fetcher.pause(fetcher.assignment(), true);
        Future<Void> committed = options.autoCommit() ? commit().otherwiseEmpty() : Future.succeededFuture();
        return committed.compose(done -> membership.leave());
    }
}
