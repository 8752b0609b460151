package io.millrace.membership.controller;

import java.util.List;

/**
 * Gives partitions other replicas, or ends a move that is under way (KIP-455).
 *
 * <p>Thread: any.
 */
public record ReassignPartitions(List<Target> partitions, boolean allowReplicationFactorChange)
        implements ControllerCommand<ReassignPartitions.Outcome> {
    /** {@code replicas} is null to cancel. */
    public record Target(String topic, int partition, List<Integer> replicas) {}

    public record Result(String topic, int partition, ControllerError error, String message) {}

    public record Outcome(List<Result> partitions) {}
}
