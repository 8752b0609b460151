package io.millrace.client.consume;

import io.millrace.client.LogError;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WakeUp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Asks who leads partitions, one question at a time. After a topic that nobody knows, one that was deleted above all, it is asked less and less
 * often: it may stay away for ever. A leader of one that is there comes back soon.
 *
 * <p>Thread: the consumer's context.
 */
final class LeaderSearch {
    /** As {@code retry.backoff.max.ms} of Kafka's clients. */
    private static final long MOST_BACKOFF_MS = 1_000;

    private final Cluster cluster;
    private final long backoffMs;
    private final Set<TopicPartition> partitions;
    private final WakeUp wakeUp;
    private final Runnable found;
    /** Topics that nobody knew. */
    private final Map<String, Missing> missing = new HashMap<>();

    private boolean asking;

    private record Missing(long backoffMs, long notBeforeNanos) {}

    /**
     * Looks for nobody yet.
     *
     * @param partitions all that are read, as they are at any time
     * @param wakeUp set when it is to be asked again
     * @param found called when there are leaders of all of them
     */
    LeaderSearch(Cluster cluster, long backoffMs, Set<TopicPartition> partitions, WakeUp wakeUp, Runnable found) {
        this.cluster = cluster;
        this.backoffMs = backoffMs;
        this.partitions = partitions;
        this.wakeUp = wakeUp;
        this.found = found;
    }

    /** Who leads these? Those whose time has not come are not asked about. */
    void ask(Set<String> topics) {
        if (asking || topics.isEmpty()) {
            return;
        }
        List<String> due = due(topics);
        if (due.isEmpty()) {
            return;
        }
        asking = true;
        cluster.refresh(due).onComplete(answer -> {
            asking = false;
            if (answer.succeeded()) {
                due.forEach(this::learn);
            }
            if (answer.succeeded()
                    && partitions.stream()
                            .allMatch(partition -> cluster.leader(partition).isKnown())) {
                found.run();
            } else {
                wakeUp.within(backoffMs);
            }
        });
    }

    private List<String> due(Set<String> topics) {
        long nowNanos = System.nanoTime();
        List<String> due = new ArrayList<>(topics.size());
        for (String topic : topics) {
            Missing known = missing.get(topic);
            if (known == null || known.notBeforeNanos() - nowNanos <= 0) {
                due.add(topic);
            } else {
                wakeUp.within(1 + TimeUnit.NANOSECONDS.toMillis(known.notBeforeNanos() - nowNanos));
            }
        }
        return due;
    }

    private void learn(String topic) {
        Missing before = missing.remove(topic);
        if (cluster.refusal(topic) == LogError.UNKNOWN_TOPIC_OR_PARTITION
                && partitions.stream().anyMatch(partition -> partition.topic().equals(topic))) {
            long waitMs = before == null ? backoffMs : after(before.backoffMs());
            missing.put(topic, new Missing(waitMs, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs)));
        }
    }

    /** How long to wait the next time for a topic that is not there. */
    static long after(long waitedMs) {
        return Math.max(waitedMs, Math.min(2 * waitedMs, MOST_BACKOFF_MS));
    }

    /** These are read no more, or others from now on: whoever begins anew asks at once. */
    void forget() {
        missing.clear();
    }
}
