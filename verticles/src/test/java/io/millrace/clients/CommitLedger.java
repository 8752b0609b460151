package io.millrace.clients;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;

/**
 * The highest offset per partition whose commit was acknowledged. Whoever owns a partition commits ever higher ones, so
 * what is committed must never be below it.
 *
 * <p>Thread: any.
 */
final class CommitLedger {
    private final Map<TopicPartition, Long> highest = new ConcurrentHashMap<>();
    private final Queue<String> losses = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    void acknowledge(TopicPartition partition, long offset) {
        highest.merge(partition, offset, Math::max);
        count.incrementAndGet();
    }

    /** 0 while nothing was. */
    long acknowledged(TopicPartition partition) {
        return highest.getOrDefault(partition, 0L);
    }

    Map<TopicPartition, Long> all() {
        return Map.copyOf(highest);
    }

    void requireNothingLost(TopicPartition partition, long acknowledged, long found) {
        if (found < acknowledged) {
            losses.add(partition + ": " + acknowledged + " was acknowledged, " + found + " is found");
        }
    }

    Queue<String> losses() {
        return losses;
    }

    int count() {
        return count.get();
    }
}
