package io.millrace.membership.controller;

import io.millrace.membership.config.ConfigEntry;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Creates topics, each for itself: one that cannot be created does not stop the others.
 *
 * <p>Thread: any.
 */
public record CreateTopics(List<NewTopic> topics, boolean validateOnly)
        implements ControllerCommand<CreateTopics.Outcome> {
    /** Partitions or replication factor left to the broker's defaults. */
    public static final int DEFAULT = -1;

    /**
     * A wanted topic. {@code assignments} maps a partition to its brokers, the preferred leader first; empty when the
     * placement is left to the cluster. A config value may be null as the wire allows it, and is then refused.
     */
    public record NewTopic(
            String name,
            int partitions,
            short replicationFactor,
            List<Assignment> assignments,
            List<NamedValue> configs) {
        public static NewTopic of(String name, int partitions, int replicationFactor, Map<String, String> configs) {
            return new NewTopic(
                    name,
                    partitions,
                    (short) replicationFactor,
                    List.of(),
                    configs.entrySet().stream()
                            .map(entry -> new NamedValue(entry.getKey(), entry.getValue()))
                            .toList());
        }
    }

    /** The brokers of one partition, as the request lists them. */
    public record Assignment(int partition, List<Integer> brokers) {}

    /** One topic's fate. {@code configs} are the effective ones; the id is null unless it was created. */
    public record Result(
            String name,
            UUID topicId,
            ControllerError error,
            String message,
            int partitions,
            short replicationFactor,
            List<ConfigEntry> configs) {}

    /** In the order of the request; a name asked for twice appears once. */
    public record Outcome(List<Result> topics) {}
}
