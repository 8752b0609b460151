package io.millrace.client;

import io.millrace.client.consume.Fetcher;
import io.millrace.client.consume.Seeks;
import io.millrace.client.group.GroupReader;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.ContextEnd;
import io.millrace.client.message.ListOffsets;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads records of partitions, assigned or shared with a group, in the order of their offsets within each.
 *
 * <p>A stream to read from: {@link #handler} begins, {@link #pause} stops, {@link #fetch} asks for so many more. What is not
 * asked for is not read from the cluster either, but for a bounded rest of batches already on their way.
 *
 * <p>Thread: any; futures and handlers are called on the context on which it was made.
 */
public final class LogConsumer implements ReadStream<ConsumedRecord> {
    /** Records handed out before others on the event loop have their turn. */
    private static final int RECORDS_PER_TURN = 512;

    private final Context context;
    private final Cluster cluster;
    private final Fetcher fetcher;
    private final GroupReader group;
    private final ContextEnd contextEnd;
    private final Seeks seeks;

    private Handler<ConsumedRecord> handler;
    private Handler<Throwable> exceptionHandler;
    private Handler<Void> endHandler;
    private long demand = Long.MAX_VALUE;
    private boolean delivering;
    private boolean turnScheduled;
    private volatile boolean closed;

    LogConsumer(Vertx vertx, Context context, Cluster cluster, ConsumerOptions options) {
        this.context = context;
        this.cluster = cluster;
        this.fetcher = new Fetcher(vertx, cluster, options, this::wanted, this::deliver, this::tell);
        this.group = options.groupId() == null ? null : new GroupReader(vertx, cluster, options, fetcher, this::tell);
        this.seeks = new Seeks(fetcher);
        this.contextEnd = ContextEnd.of(context, () -> close(() -> group.close(ContextEnd.PATIENCE_MS)));
    }

    private long wanted() {
        return handler == null ? 0 : demand;
    }

    /** What it throws in its turn is its context's: whoever tells has others to serve. */
    private void tell(Throwable why) {
        if (exceptionHandler != null) {
            try {
                exceptionHandler.handle(why);
            } catch (Throwable thrown) {
                ((ContextInternal) context).reportException(thrown);
            }
        }
    }

    private void run(Runnable task) {
        if (((ContextInternal) context).inThread()) {
            task.run();
            return;
        }
        try {
            context.runOnContext(go -> task.run());
        } catch (RejectedExecutionException vertxIsClosed) {
            // And this consumer with it: there is nothing to be done any more.
            closed = true;
        }
    }

    /** What the application does when it is told is its context's: whoever tells has others to serve. */
    private <T> Future<T> call(Supplier<Future<T>> task) {
        Promise<T> promise = ((ContextInternal) context).promise();
        if (((ContextInternal) context).inThread()) {
            task.get().onComplete(promise);
            return promise.future();
        }
        try {
            context.runOnContext(go -> {
                try {
                    task.get().onComplete(promise);
                } catch (RuntimeException thrown) {
                    promise.fail(LogException.of(thrown));
                }
            });
        } catch (RejectedExecutionException vertxIsClosed) {
            return isClosed();
        }
        return promise.future();
    }

    private static <T> Future<T> isClosed() {
        return Future.failedFuture(new LogException(LogError.CLOSED, null));
    }

    /** Reads these partitions and no others, whatever any group says; those kept go on where they are. */
    public Future<Void> assign(Collection<TopicPartition> partitions) {
        List<TopicPartition> copy = List.copyOf(partitions);
        return call(() -> {
            if (closed) {
                return isClosed();
            }
            fetcher.assign(copy);
            return Future.succeededFuture();
        });
    }

    /**
     * Joins the group of {@link ConsumerOptions#groupId} and reads what it is given of these topics.
     *
     * @return done with the first assignment, which may be empty
     */
    public Future<Void> subscribe(Collection<String> topics) {
        Set<String> copy = Set.copyOf(topics);
        GroupReader reader = group();
        return call(() -> closed ? isClosed() : reader.subscribe(copy));
    }

    /**
     * Reads nothing any more: a member finishes as when it is closed, and leaves its group. When that is done it may subscribe anew, also to
     * other topics.
     */
    public Future<Void> unsubscribe() {
        return call(() -> {
            if (closed) {
                return isClosed();
            }
            if (group != null && group.isSubscribed()) {
                return group.unsubscribe();
            }
            fetcher.assign(List.of());
            return Future.succeededFuture();
        });
    }

    private GroupReader group() {
        if (group == null) {
            throw new IllegalStateException("this consumer has no groupId in its options");
        }
        return group;
    }

    /** Told what this member reads from now on. */
    public LogConsumer partitionsAssignedHandler(Handler<Set<TopicPartition>> told) {
        GroupReader reader = group();
        run(() -> reader.onAssigned(told));
        return this;
    }

    /**
     * Asked to finish with partitions that it gives back: nothing more of them is handed out, and the group waits until the
     * future is done, for the rebalance timeout at most.
     */
    public LogConsumer partitionsRevokedHandler(Function<Set<TopicPartition>, Future<Void>> asked) {
        GroupReader reader = group();
        run(() -> reader.onRevoked(asked));
        return this;
    }

    /** Told of partitions that are another's already: the session had ended. */
    public LogConsumer partitionsLostHandler(Handler<Set<TopicPartition>> told) {
        GroupReader reader = group();
        run(() -> reader.onLost(told));
        return this;
    }

    /** Commits the positions of all that is assigned: what has been handed out counts as done. */
    public Future<Void> commit() {
        GroupReader reader = group();
        return call(reader::commit);
    }

    /** Commits offsets: of each partition the one to go on with. */
    public Future<Void> commit(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> copy = Map.copyOf(offsets);
        GroupReader reader = group();
        return call(() -> reader.commit(copy));
    }

    /** What the group has committed; a partition without is not in it. */
    public Future<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        List<TopicPartition> copy = List.copyOf(partitions);
        GroupReader reader = group();
        return call(() -> reader.committed(copy));
    }

    /** What is read now. */
    public Future<Set<TopicPartition>> assignment() {
        return call(() -> Future.succeededFuture(fetcher.assignment()));
    }

    /** All partitions of a topic. */
    public Future<List<TopicPartition>> partitionsOf(String topic) {
        return call(() -> cluster.partitionsOf(topic));
    }

    /** Goes on at an offset; nothing happens when the partition is not assigned. */
    public Future<Void> seek(TopicPartition partition, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
        return call(() -> {
            seeks.to(partition, offset);
            return Future.succeededFuture();
        });
    }

    /** Goes on at the first record that is there; tells its offset. */
    public Future<Long> seekToBeginning(TopicPartition partition) {
        return call(() -> seeks.find(partition, ListOffsets.EARLIEST));
    }

    /** Goes on behind the last record that is there; tells the offset of the next one. */
    public Future<Long> seekToEnd(TopicPartition partition) {
        return call(() -> seeks.find(partition, ListOffsets.LATEST));
    }

    /** Goes on at the first record that is not older than this time, at the end when there is none; tells its offset. */
    public Future<Long> seekToTimestamp(TopicPartition partition, long timestampMs) {
        if (timestampMs < 0) {
            throw new IllegalArgumentException("timestamp " + timestampMs);
        }
        return call(() -> seeks.find(partition, timestampMs));
    }

    /** The offset of the next record that will be handed out; -1 while it is not known. */
    public Future<Long> position(TopicPartition partition) {
        return call(() -> Future.succeededFuture(fetcher.position(partition)));
    }

    /** Committed records behind the position, as of the last read; -1 while not known. */
    public Future<Long> lag(TopicPartition partition) {
        return call(() -> Future.succeededFuture(fetcher.lag(partition)));
    }

    /** Stops reading single partitions; the others go on. */
    public LogConsumer pause(Collection<TopicPartition> partitions) {
        List<TopicPartition> copy = List.copyOf(partitions);
        run(() -> fetcher.pause(copy, true));
        return this;
    }

    /** Goes on with partitions that were paused, also by a failure. */
    public LogConsumer resume(Collection<TopicPartition> partitions) {
        List<TopicPartition> copy = List.copyOf(partitions);
        run(() -> fetcher.pause(copy, false));
        return this;
    }

    /** Begins to read; null stops. */
    @Override
    public LogConsumer handler(Handler<ConsumedRecord> wanted) {
        run(() -> {
            handler = wanted;
            deliver();
        });
        return this;
    }

    @Override
    public LogConsumer pause() {
        run(() -> demand = 0);
        return this;
    }

    @Override
    public LogConsumer resume() {
        return fetch(Long.MAX_VALUE);
    }

    /** Asks for this many records more. */
    @Override
    public LogConsumer fetch(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("fetch of " + amount + " records");
        }
        run(() -> {
            demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
            deliver();
        });
        return this;
    }

    /** Told of what this consumer cannot mend; the partition it concerns is paused then. */
    @Override
    public LogConsumer exceptionHandler(Handler<Throwable> told) {
        run(() -> exceptionHandler = told);
        return this;
    }

    /** Told when the consumer is closed. */
    @Override
    public LogConsumer endHandler(Handler<Void> told) {
        run(() -> endHandler = told);
        return this;
    }

    private void deliver() {
        if (delivering || turnScheduled || closed) {
            return;
        }
        delivering = true;
        int left;
        try {
            left = handOut(RECORDS_PER_TURN);
        } finally {
            delivering = false;
        }
        if (left == 0) {
            turnScheduled = true;
            context.runOnContext(go -> {
                turnScheduled = false;
                deliver();
            });
        }
        fetcher.pump();
    }

    /** A loop by itself, so that a compiler has no more of it than what is done for each record; returns how many more it might have been. */
    private int handOut(int most) {
        int left = most;
        while (handler != null && demand > 0 && left > 0) {
            ConsumedRecord record = fetcher.next();
            if (record == null) {
                break;
            }
            left--;
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            hand(record);
        }
        return left;
    }

    private void hand(ConsumedRecord record) {
        try {
            handler.handle(record);
        } catch (Throwable thrown) {
            // The records after it are handed out all the same, also after an error: a failed assertion, for example.
            if (exceptionHandler == null) {
                ((ContextInternal) context).reportException(thrown);
            } else {
                tell(thrown);
            }
        }
    }

    /**
     * Stops reading and gives everything back; a consumer that its verticle leaves open is closed with that, one that was made outside of
     * verticles with its Vert.x.
     */
    public Future<Void> close() {
        return close(() -> group.close());
    }

    private Future<Void> close(Supplier<Future<Void>> leaving) {
        return call(() -> {
            if (closed) {
                return Future.succeededFuture();
            }
            closed = true;
            contextEnd.forget();
            Future<Void> leftGroup = group == null ? Future.succeededFuture() : leaving.get();
            return leftGroup
                    .eventually(() -> {
                        fetcher.close();
                        return cluster.close();
                    })
                    .onComplete(done -> {
                        if (endHandler != null) {
                            ((ContextInternal) context).emit(null, endHandler);
                        }
                    });
        });
    }
}
