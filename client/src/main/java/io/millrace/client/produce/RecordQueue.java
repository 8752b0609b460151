package io.millrace.client.produce;

import io.millrace.client.Appended;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WakeUp;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Takes records, finds their partitions, and gives each the future of its batch. Records of a topic that is not known yet
 * wait here until it is.
 *
 * <p>Thread: the producer's context.
 */
public final class RecordQueue {
    private final Cluster cluster;
    private final Sender sender;
    private final ProducerOptions options;
    private final Partitioner partitioner;
    private final IntConsumer freed;
    private final Map<String, ArrayDeque<Waiting>> unknown = new HashMap<>();
    private final WakeUp again;
    private boolean asking;

    private record Waiting(LogRecord record, Promise<Place> placed, long sinceNanos) {}

    /** Where a record is: its batch, and its number there. */
    private record Place(Batch batch, int index, Future<Void> appended) {
        static Place last(Batch batch) {
            return new Place(batch, batch.count() - 1, batch.appended());
        }
    }

    public RecordQueue(Vertx vertx, Cluster cluster, Sender sender, ProducerOptions options, IntConsumer freed) {
        this.cluster = cluster;
        this.sender = sender;
        this.options = options;
        this.freed = freed;
        this.partitioner = new Partitioner(options.batchBytes());
        this.again = new WakeUp(vertx, this::ask);
    }

    /** Done when the record is acknowledged. */
    public Future<Void> write(LogRecord record) {
        int partitions = cluster.partitionCount(record.topic());
        if (partitions > 0 && unknown.isEmpty()) {
            return place(record, partitions).appended();
        }
        return later(record, partitions).compose(Place::appended);
    }

    /** Where the record was put, when it is acknowledged. */
    public Future<Appended> send(LogRecord record) {
        int partitions = cluster.partitionCount(record.topic());
        Future<Place> placed = partitions > 0 && unknown.isEmpty()
                ? Future.succeededFuture(Place.last(place(record, partitions)))
                : later(record, partitions);
        return placed.compose(
                place -> place.batch().settled().map(batch -> batch.place(record.topic(), place.index())));
    }

    private Batch place(LogRecord record, int partitions) {
        int partition = record.hasPartition()
                ? record.partition()
                : partitioner.choose(record.topic(), record.key(), record.sizeBytes(), partitions);
        return sender.add(record, partition);
    }

    private Future<Place> later(LogRecord record, int partitions) {
        ArrayDeque<Waiting> ofTopic = unknown.get(record.topic());
        if (partitions > 0 && ofTopic == null) {
            return Future.succeededFuture(Place.last(place(record, partitions)));
        }
        Waiting waiting = new Waiting(record, Promise.promise(), System.nanoTime());
        unknown.computeIfAbsent(record.topic(), first -> new ArrayDeque<>()).add(waiting);
        ask();
        return waiting.placed().future();
    }

    private void ask() {
        if (asking || unknown.isEmpty()) {
            return;
        }
        asking = true;
        cluster.refresh(unknown.keySet()).onComplete(answer -> {
            asking = false;
            for (String topic : List.copyOf(unknown.keySet())) {
                look(topic);
            }
            if (!unknown.isEmpty()) {
                again.within(options.retryBackoffMs());
            }
        });
    }

    private void look(String topic) {
        int partitions = cluster.partitionCount(topic);
        LogError refusal = cluster.refusal(topic);
        if (partitions > 0) {
            unknown.remove(topic).forEach(one -> one.placed().complete(Place.last(place(one.record(), partitions))));
            return;
        }
        long limitNanos = TimeUnit.MILLISECONDS.toNanos(options.deliveryTimeoutMs());
        ArrayDeque<Waiting> waiting = unknown.get(topic);
        boolean hopeless = refusal != null && !refusal.isRetriable();
        while (!waiting.isEmpty()
                && (hopeless || System.nanoTime() - waiting.peek().sinceNanos() > limitNanos)) {
            fail(waiting.poll(), new LogException(refusal == null ? LogError.TIMED_OUT : refusal, "topic " + topic));
        }
        if (waiting.isEmpty()) {
            unknown.remove(topic);
        }
    }

    private void fail(Waiting one, LogException why) {
        freed.accept(one.record().sizeBytes());
        one.placed().fail(why);
    }

    /** Sends everything now and calls back when all is settled. */
    public void flush(Runnable then) {
        if (unknown.isEmpty()) {
            sender.flush(then);
            return;
        }
        // What waits for its topic is flushed when it has found it.
        Future.join(unknown.values().stream()
                        .flatMap(ArrayDeque::stream)
                        .map(one -> (Future<?>) one.placed().future())
                        .toList())
                .onComplete(placed -> sender.flush(then));
    }

    /** Fails what is not settled. */
    public void abort(LogException why) {
        Map<String, ArrayDeque<Waiting>> all = new LinkedHashMap<>(unknown);
        unknown.clear();
        again.cancel();
        all.values().forEach(waiting -> waiting.forEach(one -> fail(one, why)));
        sender.abort(why);
    }
}
