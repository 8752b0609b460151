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
    /** An outcome that says where the log ended does not say it on the wire: the answer around it does. */
    public static final long NO_OFFSET = -1;

    /**
     * {@code caughtUp}: it has applied its own registration. {@code shouldShutdown}: nothing depends on it any more. {@code
     * decidedUpTo}: everything that this controller had decided about the broker when it heard of it lies up to this offset.
     */
    public record Outcome(
            ControllerError error,
            String message,
            boolean caughtUp,
            boolean fenced,
            boolean shouldShutdown,
            long decidedUpTo) {
        public Outcome(
                ControllerError error, String message, boolean caughtUp, boolean fenced, boolean shouldShutdown) {
            this(error, message, caughtUp, fenced, shouldShutdown, NO_OFFSET);
        }

        /** As it arrives in an answer that rests on everything up to this offset. */
        public Outcome decidedUpTo(long offset) {
            return new Outcome(error, message, caughtUp, fenced, shouldShutdown, offset);
        }
    }
}
