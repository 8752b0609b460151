package io.millrace.membership.controller;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.placement.PlacementPolicy;
import io.millrace.membership.record.MetadataRecord;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Decides for the cluster while this node leads the metadata quorum: a command gives records to propose and the answer
 * to give once they are committed. State changes only by records: at once in a pending image, which later commands
 * see, and for good when {@link #committed} brings the image that the log gave.
 *
 * <p>Thread: one, the controller's loop.
 */
public final class ControllerMachine {
    public ControllerMachine(
            ControllerOptions options, EffectiveConfigs configs, PlacementPolicy placement, Supplier<UUID> newIds) {}

    /**
     * This node leads the quorum and {@code image} has everything committed before. Every broker that is not fenced
     * gets a full session.
     *
     * @return records that a new cluster, or one of an older version, needs first; may be empty
     */
    public List<MetadataRecord> becomeController(MetadataImage image, long nowMs) {
        throw new UnsupportedOperationException();
    }

    /** This node leads no more: what was pending is dropped. */
    public void resign() {
        throw new UnsupportedOperationException();
    }

    public boolean isController() {
        throw new UnsupportedOperationException();
    }

    /** Answers one command; the records must be proposed in the order in which they were given. */
    public <R> ControllerOutcome<R> handle(ControllerCommand<R> command, long nowMs) {
        throw new UnsupportedOperationException();
    }

    /** {@code image} is what the log gave up to now, of which {@code ownRecords} more came from this machine. */
    public void committed(MetadataImage image, int ownRecords) {
        throw new UnsupportedOperationException();
    }

    /** When {@link #expireSessions} must be called next; empty while no session can end. */
    public OptionalLong nextDeadlineMs() {
        throw new UnsupportedOperationException();
    }

    /** Fences the brokers whose session has ended. */
    public List<MetadataRecord> expireSessions(long nowMs) {
        throw new UnsupportedOperationException();
    }
}
