package io.millrace.client.produce;

import io.millrace.client.link.Cluster;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The topics that have been written to since the cluster was asked about them last, to be asked about again every now and then: nothing
 * fails when a topic gets more partitions, and records of the same key are to meet in one partition whoever writes them.
 *
 * <p>Thread: the producer's context.
 */
final class TopicsInUse {
    private final Cluster cluster;
    private final long maxAgeNanos;
    private final Set<String> topics = new HashSet<>();
    private long askedNanos;

    /** None yet. */
    TopicsInUse(Cluster cluster, long maxAgeMs, long nowNanos) {
        this.cluster = cluster;
        this.maxAgeNanos = TimeUnit.MILLISECONDS.toNanos(maxAgeMs);
        this.askedNanos = nowNanos;
    }

    /** Something is sent to it. One that is not written to any more is not asked about: asking may create a topic that was deleted. */
    void add(String topic) {
        topics.add(topic);
    }

    /** Asks when it is time to. */
    void look(long nowNanos) {
        if (nowNanos - askedNanos >= maxAgeNanos && !topics.isEmpty()) {
            askedNanos = nowNanos;
            cluster.refresh(List.copyOf(topics));
            topics.clear();
        }
    }
}
