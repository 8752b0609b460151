package io.millrace.membership.controller;

import java.util.List;

/**
 * Gives topics more partitions.
 *
 * <p>Thread: any.
 */
public record CreatePartitions(List<Growth> topics, boolean validateOnly)
        implements ControllerCommand<CreatePartitions.Outcome> {
    /** {@code assignments} has the brokers of each new partition, or is null to leave them to the cluster. */
    public record Growth(String topic, int totalPartitions, List<List<Integer>> assignments) {}

    public record Result(String topic, ControllerError error, String message) {}

    public record Outcome(List<Result> topics) {}
}
