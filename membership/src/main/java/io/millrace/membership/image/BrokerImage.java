package io.millrace.membership.image;

import io.millrace.membership.record.Listener;
import io.millrace.membership.record.RegisterBrokerRecord;
import java.util.List;
import java.util.UUID;

/**
 * One registered broker. A fenced one neither leads nor counts in any ISR; {@code epoch} is the log offset of its
 * registration and tells its lives apart.
 *
 * <p>Thread: any.
 */
public record BrokerImage(
        int id,
        long epoch,
        UUID incarnation,
        List<Listener> listeners,
        String rack,
        boolean fenced,
        boolean inControlledShutdown,
        List<UUID> directories) {
    /** May lead and be in an ISR. */
    public boolean isActive() {
        return !fenced && !inControlledShutdown;
    }

    /** The listener of this name, or null. */
    public Listener listener(String name) {
        for (Listener listener : listeners) {
            if (listener.name().equals(name)) {
                return listener;
            }
        }
        return null;
    }

    RegisterBrokerRecord toRecord() {
        return new RegisterBrokerRecord(
                id, incarnation, epoch, listeners, rack, directories, fenced, inControlledShutdown);
    }
}
