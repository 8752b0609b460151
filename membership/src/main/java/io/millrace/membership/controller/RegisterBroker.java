package io.millrace.membership.controller;

import io.millrace.membership.record.Listener;
import java.util.List;
import java.util.UUID;

/**
 * A broker process introduces itself. {@code previousBrokerEpoch} is the epoch of its last life, if the page cache of that
 * life is still there, else {@link #NO_EPOCH}: then what was not synced may be lost; or {@link #LOST_FILES}. Without the epoch of the
 * registration that the cluster remembers, or of the last one that served, or without a directory that it had, it leaves every ISR and ELR that it may have lost data of.
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
    /** It cannot vouch for its last life. */
    public static final long NO_EPOCH = -1;
    /** It knows that something is gone that was on its disk: no epoch of any life. */
    public static final long LOST_FILES = -2;

    public record Outcome(ControllerError error, String message, long brokerEpoch) {}
}
