package io.millrace.client.produce;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.DoorNode;
import io.millrace.client.link.Leader;
import io.millrace.client.link.WakeUp;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import io.millrace.client.message.Produce;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Sends batches to the leaders of their partitions until they are acknowledged or their time is over.
 *
 * <p>Each turn looks at the partitions that have something and sends one request per node. The sequence of an idempotent
 * producer keeps what is sent again from being appended twice.
 *
 * <p>Thread: the producer's context.
 */
public final class Sender {
    private static final long MAX_BACKOFF_MS = 1_000;

    private final Context context;
    private final Cluster cluster;
    private final ProducerOptions options;
    private final ProducerIdentity identity;
    private final IntConsumer freed;
    private final BatchArrays arrays;
    private final RecordClock clock;
    private final Map<String, PartitionQueue[]> queues = new HashMap<>();
    private final Set<PartitionQueue> active = new LinkedHashSet<>();
    private final WakeUp wakeUp;
    private final SendingsUnderWay underWay;
    private final TopicsInUse topics;
    private final Flushes flushes = new Flushes();
    /** The topic of the last record and its queues: most records are of the topic of the one before. */
    private String lastTopic = "";

    private PartitionQueue[] lastQueues = {};
    private boolean asking;
    private boolean turnScheduled;

    /** @param freed told how many bytes of records are settled */
    public Sender(Vertx vertx, Context context, Cluster cluster, ProducerOptions options, IntConsumer freed) {
        this.context = context;
        this.cluster = cluster;
        this.options = options;
        this.freed = freed;
        this.arrays = new BatchArrays(options.batchBytes(), options.bufferBytes());
        this.clock = new RecordClock(context, System::currentTimeMillis);
        this.wakeUp = new WakeUp(vertx, this::turn);
        this.underWay = new SendingsUnderWay(vertx, cluster, options.doubtMs(), this::turn);
        this.topics = new TopicsInUse(cluster, options.metadataMaxAgeMs(), System.nanoTime());
        this.identity = new ProducerIdentity(
                cluster, options.idempotent(), this::soon, () -> wakeUp.within(options.retryBackoffMs()));
    }

    private PartitionQueue queue(String topic, int partition) {
        if (!topic.equals(lastTopic)) {
            lastTopic = topic;
            lastQueues = queues.getOrDefault(topic, new PartitionQueue[0]);
        }
        if (partition >= lastQueues.length) {
            lastQueues = Arrays.copyOf(lastQueues, Math.max(partition + 1, cluster.partitionCount(topic)));
            queues.put(topic, lastQueues);
        }
        PartitionQueue queue = lastQueues[partition];
        if (queue == null) {
            queue = new PartitionQueue(new TopicPartition(topic, partition));
            lastQueues[partition] = queue;
        }
        return queue;
    }

    /** Puts a record into its partition's newest batch and returns that: the record is its last one. */
    Batch add(LogRecord record, int partition) {
        PartitionQueue queue = queue(record.topic(), partition);
        Batch last = queue.batches.peekLast();
        if (last == null || last.isIdentified() || !last.hasRoomFor(record, queue.mostBytes(options.batchBytes()))) {
            last = new Batch(partition, options.compression(), arrays.take(queue.expectedBytes()), System.nanoTime());
            queue.batches.add(last);
            active.add(queue);
            flushes.batchBegun();
            if (queue.batches.size() > 1 || options.lingerMs() == 0) {
                soon();
            } else {
                wakeUp.within(options.lingerMs());
            }
        }
        last.add(record, record.hasTimestamp() ? record.timestamp() : clock.nowMs());
        if (last.plainSizeBytes() >= options.batchBytes()) {
            soon();
        }
        return last;
    }

    /** Sends what is here now, whatever its linger; calls back when that is settled, whatever comes meanwhile. */
    void flush(Runnable then) {
        if (active.isEmpty()) {
            then.run();
            return;
        }
        flushes.add(active, then);
        soon();
    }

    private void soon() {
        if (!turnScheduled) {
            turnScheduled = true;
            context.runOnContext(go -> {
                turnScheduled = false;
                turn();
            });
        }
    }

    private void turn() {
        long nowNanos = System.nanoTime();
        Map<Integer, List<PartitionQueue>> byNode = new TreeMap<>();
        Set<String> leaderless = new LinkedHashSet<>();
        for (PartitionQueue queue : List.copyOf(active)) {
            expire(queue, nowNanos);
            if (queue.isEmpty()) {
                active.remove(queue);
            } else if (!queue.inFlight && isDue(queue, nowNanos)) {
                Leader leader = cluster.leader(queue.partition);
                if (leader.isKnown()) {
                    byNode.computeIfAbsent(leader.brokerId(), first -> new ArrayList<>())
                            .add(queue);
                } else {
                    leaderless.add(queue.partition.topic());
                }
            }
        }
        if (!leaderless.isEmpty()) {
            askForLeaders(leaderless);
        }
        topics.look(nowNanos);
        if (!byNode.isEmpty() && identity.isReady()) {
            byNode.forEach((node, due) -> sendAll(node, due, nowNanos));
        }
        if (active.isEmpty()) {
            arrays.trim();
        }
        flushes.callBack();
    }

    /** Whether the head is to be sent now; if it is only a matter of time, a wake-up is set. */
    private boolean isDue(PartitionQueue queue, long nowNanos) {
        long waitNanos = queue.notBeforeNanos - nowNanos;
        Batch head = queue.batches.peekFirst();
        if (queue.backoffMs > 0 && waitNanos > 0) {
            wakeUp.within(1 + TimeUnit.NANOSECONDS.toMillis(waitNanos));
            return false;
        }
        if (!flushes.isEmpty()
                || head.isIdentified()
                || queue.batches.size() > 1
                || head.plainSizeBytes() >= options.batchBytes()) {
            return true;
        }
        long lingerNanos = head.createdNanos() + TimeUnit.MILLISECONDS.toNanos(options.lingerMs()) - nowNanos;
        if (lingerNanos > 0) {
            wakeUp.within(1 + TimeUnit.NANOSECONDS.toMillis(lingerNanos));
            return false;
        }
        return true;
    }

    private void expire(PartitionQueue queue, long nowNanos) {
        long limitNanos = TimeUnit.MILLISECONDS.toNanos(options.deliveryTimeoutMs());
        while (!queue.inFlight
                && !queue.isEmpty()
                && nowNanos - queue.batches.peekFirst().createdNanos() > limitNanos) {
            LogError refusal = cluster.refusal(queue.partition.topic());
            failHead(
                    queue,
                    new LogException(
                            refusal == null ? LogError.TIMED_OUT : refusal,
                            "not acknowledged within " + options.deliveryTimeoutMs() + " ms"),
                    true);
        }
    }

    /** @param unknown whether it may have been appended after all: then a new producer id goes on */
    private void failHead(PartitionQueue queue, LogException why, boolean unknown) {
        Batch head = queue.batches.pollFirst();
        queue.backoffMs = 0;
        if (head.isIdentified()) {
            if (unknown) {
                identity.renew();
            } else {
                queue.headWasNotAppended(head);
            }
        }
        freed.accept(head.bufferedBytes());
        head.fail(why);
    }

    private void askForLeaders(Set<String> topics) {
        if (asking) {
            return;
        }
        asking = true;
        cluster.refresh(topics).onComplete(answer -> {
            asking = false;
            boolean found = answer.succeeded()
                    && topics.stream().allMatch(topic -> cluster.refusal(topic) == null)
                    && active.stream()
                            .filter(queue -> topics.contains(queue.partition.topic()))
                            .allMatch(queue -> cluster.leader(queue.partition).isKnown());
            if (found) {
                soon();
            } else {
                wakeUp.within(options.retryBackoffMs());
            }
        });
    }

    private void sendAll(int node, List<PartitionQueue> due, long nowNanos) {
        due.sort(Comparator.comparing(queue -> queue.partition));
        int mostBytes = Math.min(options.creditBytes(), cluster.data(node).creditBytes()) / 2;
        List<Sending.Part> parts = new ArrayList<>();
        int bytes = 0;
        for (PartitionQueue queue : due) {
            Batch head = queue.prepareHead(identity.id(), identity.epoch());
            queue.expect(head.plainSizeBytes(), options.batchBytes());
            int size = head.bytes().remaining();
            if (!parts.isEmpty() && bytes + size > mostBytes) {
                send(new Sending(node, nowNanos, parts), bytes);
                parts = new ArrayList<>();
                bytes = 0;
            }
            queue.inFlight = true;
            queue.attempt++;
            head.isSent();
            parts.add(new Sending.Part(
                    queue, head, queue.attempt, cluster.leader(queue.partition).epoch()));
            topics.add(queue.partition.topic());
            bytes += size + 16 + queue.partition.topic().length();
        }
        send(new Sending(node, nowNanos, parts), bytes);
    }

    private void send(Sending sending, int bytes) {
        underWay.begin(sending);
        List<Produce.Part> parts = new ArrayList<>(sending.parts().size());
        for (Sending.Part part : sending.parts()) {
            parts.add(new Produce.Part(part.queue().partition, part.batch().bytes()));
        }
        int timeoutMs = (int) Math.min(options.requestTimeoutMs(), Integer.MAX_VALUE);
        short acks = options.acks().wire();
        DoorNode node = cluster.data(sending.brokerId());
        Consumer<WireWriter> request = out -> {
            sending.parts().forEach(part -> part.batch().leaves());
            Produce.write(out, acks, timeoutMs, parts);
        };
        long answerMs = options.requestTimeoutMs() + 1_000;
        Future<WireReader> asked = sending.mustStayWhole()
                ? node.callWhole(Produce.API, Produce.VERSION, bytes + 64, answerMs, request)
                : node.call(Produce.API, Produce.VERSION, bytes + 64, answerMs, request);
        asked.onComplete(answer -> answered(sending, answer));
    }

    private void answered(Sending sending, AsyncResult<WireReader> answer) {
        underWay.end(sending, answer.succeeded());
        Map<TopicPartition, Produce.Outcome> outcomes = Map.of();
        LogException failure = null;
        if (answer.failed()) {
            failure = LogException.of(answer.cause());
        } else if (options.acks() != ProducerOptions.Acks.NONE) {
            try {
                outcomes = Produce.read(answer.result());
            } catch (LogException malformed) {
                failure = malformed;
            }
        }
        // The node has given less credit than was thought when this was put together: no
        // batch of it is too large by that.
        boolean isCutAnew = failure != null
                && failure.error() == LogError.MESSAGE_TOO_LARGE
                && sending.parts().size() > 1;
        for (Sending.Part part : sending.parts()) {
            if (part.isCurrent()) {
                part.queue().inFlight = false;
                if (isCutAnew) {
                    part.batch().hasStayed();
                    part.queue().backoffMs = 0;
                } else if (failure != null) {
                    failed(part, failure);
                } else {
                    settle(part, outcomes.get(part.queue().partition));
                }
            }
        }
        turn();
    }

    private void settle(Sending.Part part, Produce.Outcome outcome) {
        if (outcome == null && options.acks() != ProducerOptions.Acks.NONE) {
            failed(part, new LogException(LogError.PROTOCOL, "no word of " + part.queue().partition));
            return;
        }
        LogError error = outcome == null ? null : LogError.ofCode(outcome.error());
        if (error == null || error == LogError.DUPLICATE_SEQUENCE_NUMBER) {
            PartitionQueue queue = part.queue();
            queue.batches.pollFirst();
            queue.backoffMs = 0;
            freed.accept(part.batch().bufferedBytes());
            part.batch()
                    .succeed(
                            outcome == null ? -1 : outcome.baseOffset(),
                            outcome == null ? -1 : outcome.logAppendTime());
            arrays.give(part.batch().freeRoom());
        } else {
            failed(part, new LogException(error, outcome.message()));
        }
    }

    private void failed(Sending.Part part, LogException why) {
        PartitionQueue queue = part.queue();
        if ((why.error() == LogError.MESSAGE_TOO_LARGE || why.error() == LogError.RECORD_LIST_TOO_LARGE)
                && queue.splitHead()) {
            queue.backoffMs = 0;
            return;
        }
        if (!why.isRetriable()) {
            failHead(queue, why, part.leavesDoubt(why.error()));
            return;
        }
        if (why.error() == LogError.UNKNOWN_TOPIC_OR_PARTITION) {
            cluster.forget(queue.partition.topic());
        }
        queue.backoffMs =
                queue.backoffMs == 0 ? options.retryBackoffMs() : Math.min(MAX_BACKOFF_MS, queue.backoffMs * 2);
        queue.notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(queue.backoffMs);
        askForLeaders(Set.of(queue.partition.topic()));
    }

    /** Fails everything that is not settled, at once. */
    void abort(LogException why) {
        wakeUp.cancel();
        underWay.close();
        for (PartitionQueue queue : List.copyOf(active)) {
            queue.inFlight = false;
            while (!queue.isEmpty()) {
                failHead(queue, why, true);
            }
        }
        active.clear();
        arrays.trim();
        flushes.callBack();
    }
}
