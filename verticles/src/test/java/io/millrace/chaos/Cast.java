package io.millrace.chaos;

import java.util.Map;

/**
 * Who writes and reads while a story is told, and what they were promised: no more than that is held against the cluster.
 *
 * <p>Thread: immutable.
 */
enum Cast {
    /** Stock Java producers with Kafka's defaults: acks=all, idempotent. */
    STOCK("", Map.of(), Map.of()),
    /** The same, and a consumer group of two members that commit what they have read. */
    GROUP("a committing group", Map.of(), Map.of()),
    /** The same on a compacted topic, whose cleaner has work all the time. */
    COMPACTED(
            "a compacted topic",
            Map.of(),
            Map.of(
                    "cleanup.policy", "compact",
                    "segment.ms", "500",
                    "min.cleanable.dirty.ratio", "0.01",
                    "max.compaction.lag.ms", "1000")),
    /** Acknowledged by all, but sent again without a number: may be there twice and in another order. */
    NOT_IDEMPOTENT("acks=all, not idempotent", Map.of("enable.idempotence", "false"), Map.of()),
    /** Acknowledged by the leader alone: only what a consumer was shown must stay. */
    LEADER_ONLY("acks=1", Map.of("enable.idempotence", "false", "acks", "1"), Map.of()),
    /** Another client altogether: librdkafka, by kcat, idempotent. */
    KCAT("kcat", Map.of(), Map.of());

    private final String label;
    private final Map<String, String> producer;
    private final Map<String, String> topic;

    Cast(String label, Map<String, String> producer, Map<String, String> topic) {
        this.label = label;
        this.producer = producer;
        this.topic = topic;
    }

    /** How a story's name tells it; empty when it need not be told. */
    String label() {
        return label;
    }

    Map<String, String> producerSettings() {
        return producer;
    }

    Map<String, String> topicSettings() {
        return topic;
    }

    boolean keepsAcknowledged() {
        return this != LEADER_ONLY;
    }

    boolean isOnceAndInOrder() {
        return this != LEADER_ONLY && this != NOT_IDEMPOTENT;
    }
}
