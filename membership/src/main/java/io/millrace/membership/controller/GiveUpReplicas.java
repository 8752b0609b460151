package io.millrace.membership.controller;

import java.util.List;
import java.util.UUID;

/**
 * A broker has lost a log directory and with it these replicas: others are to lead them, and what it had of them is gone. The
 * broker itself serves on.
 *
 * <p>Thread: any.
 */
public record GiveUpReplicas(int brokerId, long brokerEpoch, List<Partition> partitions)
        implements ControllerCommand<GiveUpReplicas.Outcome> {
    public record Partition(UUID topicId, int partition) {}

    public record Outcome(ControllerError error, String message) {}
}
