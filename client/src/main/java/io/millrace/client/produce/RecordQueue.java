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
import java.util.ArrayList;
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
    /** {@code Topic.MAX_NAME_LENGTH} of Kafka: no cluster has a topic with a longer name, and a much longer one fits into no request. */
    private static final int MOST_NAME_CHARS = 249;

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
    /** Why nothing is taken any more; null as long as it is. */
    private LogException over;

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

    /** One that will not be sent. */
    private record Refused(Waiting one, LogException why) {}

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
        if (canPlace(record, partitions)) {
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
        if (canPlace(record, partitions)) {
            place = Future.succeededFuture(Place.last(place(record, partitions)));
        } else {
            Promise<Place> placed = Promise.promise();
            later(record, null, placed);
            place = placed.future();
        }
        return place.compose(at -> at.batch().settled().map(batch -> batch.place(record.topic(), at.index())));
    }

    /** Nothing overtakes what waits for the same topic. */
    private boolean canPlace(LogRecord record, int partitions) {
        return over == null
                && hasPlace(record, partitions)
                && (unknown.isEmpty() || !unknown.containsKey(record.topic()));
    }

    private static boolean hasPlace(LogRecord record, int partitions) {
        return partitions > 0 && record.partition() < partitions;
    }

    private Batch place(LogRecord record, int partitions) {
        int partition = record.hasPartition()
                ? record.partition()
                : partitioner.choose(record.topic(), record.key(), record.sizeBytes(), partitions);
        return sender.add(record, partition);
    }

    private void later(LogRecord record, Promise<Void> appended, Promise<Place> placed) {
        Waiting one = new Waiting(record, taken++, System.nanoTime(), appended, placed);
        if (over != null) {
            fail(one, over);
            return;
        }
        if (record.topic().length() > MOST_NAME_CHARS) {
            fail(
                    one,
                    new LogException(
                            LogError.INVALID_TOPIC_EXCEPTION,
                            "a topic's name has " + MOST_NAME_CHARS + " characters at most, this one has "
                                    + record.topic().length()));
            return;
        }
        unknown.computeIfAbsent(record.topic(), first -> new ArrayDeque<>()).add(one);
        ask();
    }

    private void ask() {
        if (asking || unknown.isEmpty()) {
            return;
        }
        asking = true;
        long before = taken;
        cluster.refresh(unknown.keySet()).onComplete(answer -> {
            asking = false;
            long told = answer.succeeded() ? before : 0;
            List<Refused> refused = new ArrayList<>();
            for (String topic : List.copyOf(unknown.keySet())) {
                look(topic, told, refused);
            }
            // Who hears of it may write again, or close: all others are in their places by then.
            refused.forEach(one -> Listeners.tell(() -> fail(one.one(), one.why())));
            flushWhatIsPlaced();
            if (!unknown.isEmpty()) {
                again.within(options.retryBackoffMs());
            }
        });
    }

    /** @param told up to which record the cluster has been asked since it was written */
    private void look(String topic, long told, List<Refused> refused) {
        int partitions = cluster.partitionCount(topic);
        ArrayDeque<Waiting> waiting = unknown.get(topic);
        while (!waiting.isEmpty()) {
            Waiting one = waiting.peek();
            if (hasPlace(one.record(), partitions)) {
                try {
                    one.isAt(place(one.record(), partitions));
                } catch (RuntimeException thrown) {
                    // Those behind it are not to suffer for it.
                    refused.add(new Refused(one, LogException.of(thrown)));
                }
            } else {
                LogException why = whyNot(one, partitions, told);
                if (why == null) {
                    return;
                }
                refused.add(new Refused(one, why));
            }
            waiting.poll();
        }
        unknown.remove(topic);
    }

    /** Why a record that has no place now will not be sent; null when it is to be asked for again. */
    private LogException whyNot(Waiting one, int partitions, long told) {
        String topic = one.record().topic();
        if (partitions > 0 && one.number() < told) {
            return new LogException(
                    LogError.UNKNOWN_TOPIC_OR_PARTITION,
                    "partition " + one.record().partition() + " of " + topic + ", which has " + partitions);
        }
        LogError refusal = cluster.refusal(topic);
        boolean hopeless = partitions <= 0 && refusal != null && !refusal.isRetriable();
        long limitNanos = TimeUnit.MILLISECONDS.toNanos(options.deliveryTimeoutMs());
        return hopeless || System.nanoTime() - one.sinceNanos() > limitNanos
                ? new LogException(refusal == null ? LogError.TIMED_OUT : refusal, "topic " + topic)
                : null;
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

    /** Fails what is not settled, and what may still come from other threads. */
    public void abort(LogException why) {
        over = why;
        Map<String, ArrayDeque<Waiting>> all = new LinkedHashMap<>(unknown);
        unknown.clear();
        again.cancel();
        all.values().forEach(waiting -> waiting.forEach(one -> Listeners.tell(() -> fail(one, why))));
        flushWhatIsPlaced();
        sender.abort(why);
    }
}
