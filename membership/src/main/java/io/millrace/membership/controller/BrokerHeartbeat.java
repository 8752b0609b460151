package io.millrace.membership.controller;

import java.util.List;
import java.util.UUID;

/**
 * A broker says that it lives, how far it has applied the metadata log, and what it wants next.
 *
 * <p>Thread: any.
 */
public record BrokerHeartbeat(
        int brokerId,
        long brokerEpoch,
        long appliedOffset,
        boolean wantFence,
        boolean wantShutdown,
        List<UUID> offlineDirectories)
        implements ControllerCommand<BrokerHeartbeat.Outcome> {
    /**
     * {@code caughtUp}: it has applied its own registration. {@code shouldShutdown}: nothing depends on it any more.
     */
    public record Outcome(
            ControllerError error, String message, boolean caughtUp, boolean fenced, boolean shouldShutdown) {}
}
