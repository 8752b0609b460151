package io.millrace.membership.controller;

import io.millrace.membership.record.Listener;
import java.util.List;
import java.util.UUID;

/**
 * A broker process introduces itself. {@code previousBrokerEpoch} is the epoch its last clean shutdown wrote down, or
 * -1: without the one the cluster remembers, what it had may be lost and it leaves every ISR and ELR.
 *
 * <p>Thread: any.
 */
public record RegisterBroker(
        String clusterId,
        int brokerId,
        UUID incarnation,
        List<Listener> listeners,
        String rack,
        List<UUID> directories,
        long previousBrokerEpoch)
        implements ControllerCommand<RegisterBroker.Outcome> {
    public record Outcome(ControllerError error, String message, long brokerEpoch) {}
}
