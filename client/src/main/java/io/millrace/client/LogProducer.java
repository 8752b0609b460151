package io.millrace.client;

import io.millrace.client.link.Cluster;
import io.millrace.client.link.ContextEnd;
import io.millrace.client.link.ContextTimer;
import io.millrace.client.produce.RecordQueue;
import io.millrace.client.produce.Sender;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Appends records, many at a time, each once.
 *
 * <p>A stream to write to: {@link #writeQueueFull} when too many bytes are not acknowledged yet, {@link #drainHandler} when
 * half of them are. A producer that is faster than the disks is slowed that way and nothing fails. {@link #write} gives the
 * future of the acknowledgement, {@link #send} also tells where the record is.
 *
 * <p>Thread: any; futures and handlers are called on the context on which it was made.
 */
public final class LogProducer implements WriteStream<LogRecord> {
    private final Context context;
    private final Cluster cluster;
    private final RecordQueue records;
    private final long requestTimeoutMs;
    private final Vertx vertx;
    private final ContextEnd contextEnd;
    private final AtomicLong bufferedBytes = new AtomicLong();
    private volatile long maxBytes;
    private volatile boolean closed;
    private Handler<Void> drainHandler;
    private Handler<Throwable> exceptionHandler;

    LogProducer(Vertx vertx, Context context, Cluster cluster, ProducerOptions options) {
        this.vertx = vertx;
        this.context = context;
        this.cluster = cluster;
        this.maxBytes = options.bufferBytes();
        this.requestTimeoutMs = options.requestTimeoutMs();
        Sender sender = new Sender(vertx, context, cluster, options, this::freed);
        this.records = new RecordQueue(vertx, cluster, sender, options, this::freed);
        this.contextEnd = ContextEnd.of(context, () -> close(Math.min(requestTimeoutMs, ContextEnd.PATIENCE_MS)));
    }

    /** Appends a record; done when it is acknowledged as the options ask. */
    @Override
    public Future<Void> write(LogRecord record) {
        if (!closed && exceptionHandler == null && ((ContextInternal) context).inThread()) {
            bufferedBytes.addAndGet(record.sizeBytes());
            return records.write(record);
        }
        return take(record, () -> records.write(record));
    }

    /** Appends a record and tells where it is. */
    public Future<Appended> send(LogRecord record) {
        return take(record, () -> records.send(record));
    }

    private <T> Future<T> take(LogRecord record, Supplier<Future<T>> adding) {
        if (closed) {
            return Future.failedFuture(new LogException(LogError.CLOSED, null));
        }
        bufferedBytes.addAndGet(record.sizeBytes());
        return run(adding);
    }

    private <T> Future<T> run(Supplier<Future<T>> task) {
        if (((ContextInternal) context).inThread()) {
            return watched(task.get());
        }
        Promise<T> promise = Promise.promise();
        try {
            context.runOnContext(go -> {
                try {
                    watched(task.get()).onComplete(promise);
                } catch (RuntimeException thrown) {
                    promise.fail(LogException.of(thrown));
                }
            });
        } catch (RejectedExecutionException vertxIsClosed) {
            closed = true;
            return Future.failedFuture(new LogException(LogError.CLOSED, null));
        }
        return promise.future();
    }

    private <T> Future<T> watched(Future<T> future) {
        return exceptionHandler == null ? future : future.onFailure(exceptionHandler);
    }

    private void freed(int bytes) {
        long before = bufferedBytes.getAndAdd(-bytes);
        Handler<Void> waiting = drainHandler;
        if (waiting != null && before - bytes <= maxBytes / 2) {
            drainHandler = null;
            context.runOnContext(waiting);
        }
    }

    /** Sends what has been written without waiting for more, and is done when all of it is settled. */
    public Future<Void> flush() {
        return run(() -> {
            Promise<Void> promise = ((ContextInternal) context).promise();
            records.flush(promise::complete);
            return promise.future();
        });
    }

    /** Flushes, then closes. */
    @Override
    public Future<Void> end() {
        return flush().eventually(this::close);
    }

    /**
     * Closes: what is not acknowledged yet is given the time of one request, then it fails. A producer that its verticle leaves open is closed
     * with that, one that was made outside of verticles with its Vert.x.
     */
    public Future<Void> close() {
        return close(requestTimeoutMs);
    }

    private Future<Void> close(long patienceMs) {
        closed = true;
        contextEnd.forget();
        return run(() -> {
            Promise<Void> promise = ((ContextInternal) context).promise();
            records.flush(promise::tryComplete);
            ContextTimer timer = ContextTimer.in(vertx, patienceMs, promise::tryComplete);
            return promise.future().compose(flushed -> {
                timer.cancel();
                records.abort(new LogException(LogError.CLOSED, null));
                return cluster.close();
            });
        });
    }

    @Override
    public boolean writeQueueFull() {
        return bufferedBytes.get() >= maxBytes;
    }

    /** Bytes of records that are not settled yet. */
    public long bufferedBytes() {
        return bufferedBytes.get();
    }

    /** In bytes: the same as {@link ProducerOptions#bufferBytes}. */
    @Override
    public LogProducer setWriteQueueMaxSize(int maxSize) {
        maxBytes = maxSize;
        return this;
    }

    @Override
    public LogProducer drainHandler(Handler<Void> handler) {
        context.runOnContext(go -> {
            drainHandler = handler;
            freed(0);
        });
        return this;
    }

    /** Told of every record that fails. */
    @Override
    public LogProducer exceptionHandler(Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }
}
