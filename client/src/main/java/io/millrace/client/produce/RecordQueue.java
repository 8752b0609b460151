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
    private final ArrayDeque<Flush> flushes = new ArrayDeque<>();
    /** Records that had to wait, so far. */
    private long taken;

    private boolean asking;

    /** A record whose topic is not known yet; one of the two is for who wrote it. */
    private record Waiting(
            LogRecord record, long number, long sinceNanos, Promise<Void> appended, Promise<Place> placed) {
        void isAt(Batch batch) {
            if (appended != null) {
                batch.appended().onComplete(appended);
            } else {
                placed.complete(Place.last(batch));
            }
        }

        void fail(LogException why) {
            (appended != null ? appended : placed).fail(why);
        }
    }

    /** Where a record is: its batch, and its number there. */
    private record Place(Batch batch, int index) {
        static Place last(Batch batch) {
            return new Place(batch, batch.count() - 1);
        }
    }

    /** To be done when no record waits for its topic any more that was written before it. */
    private record Flush(long before, Runnable then) {}

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
        if (canPlace(record.topic(), partitions)) {
            return place(record, partitions).appended();
        }
        Promise<Void> appended = Promise.promise();
        later(record, appended, null);
        return appended.future();
    }

    /** Where the record was put, when it is acknowledged. */
    public Future<Appended> send(LogRecord record) {
        int partitions = cluster.partitionCount(record.topic());
        Future<Place> place;
        if (canPlace(record.topic(), partitions)) {
            place = Future.succeededFuture(Place.last(place(record, partitions)));
        } else {
            Promise<Place> placed = Promise.promise();
            later(record, null, placed);
            place = placed.future();
        }
        return place.compose(at -> at.batch().settled().map(batch -> batch.place(record.topic(), at.index())));
    }

    /** Nothing overtakes what waits for the same topic. */
    private boolean canPlace(String topic, int partitions) {
        return partitions > 0 && (unknown.isEmpty() || !unknown.containsKey(topic));
    }

    private Batch place(LogRecord record, int partitions) {
        int partition = record.hasPartition()
                ? record.partition()
                : partitioner.choose(record.topic(), record.key(), record.sizeBytes(), partitions);
        return sender.add(record, partition);
    }

    private void later(LogRecord record, Promise<Void> appended, Promise<Place> placed) {
        unknown.computeIfAbsent(record.topic(), first -> new ArrayDeque<>())
                .add(new Waiting(record, taken++, System.nanoTime(), appended, placed));
        ask();
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
            flushWhatIsPlaced();
            if (!unknown.isEmpty()) {
                again.within(options.retryBackoffMs());
            }
        });
    }

    private void look(String topic) {
        int partitions = cluster.partitionCount(topic);
        LogError refusal = cluster.refusal(topic);
        if (partitions > 0) {
            unknown.remove(topic).forEach(one -> one.isAt(place(one.record(), partitions)));
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
        one.fail(why);
    }

    /** Sends everything now and calls back when all is settled. */
    public void flush(Runnable then) {
        flushes.add(new Flush(taken, then));
        flushWhatIsPlaced();
    }

    private void flushWhatIsPlaced() {
        long oldest = Long.MAX_VALUE;
        for (ArrayDeque<Waiting> waiting : unknown.values()) {
            oldest = Math.min(oldest, waiting.peek().number());
        }
        while (!flushes.isEmpty() && flushes.peek().before() <= oldest) {
            sender.flush(flushes.poll().then());
        }
    }

    /** Fails what is not settled. */
    public void abort(LogException why) {
        Map<String, ArrayDeque<Waiting>> all = new LinkedHashMap<>(unknown);
        unknown.clear();
        again.cancel();
        all.values().forEach(waiting -> waiting.forEach(one -> fail(one, why)));
        flushWhatIsPlaced();
        sender.abort(why);
    }
}
