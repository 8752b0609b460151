package io.millrace.membership.image;

import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.RegisterBrokerRecord;
import java.util.List;
import java.util.UUID;

/**
 * One registered broker. A fenced one neither leads nor counts in any ISR; {@code epoch} is the log offset of its
 * registration and tells its lives apart.
 *
 * <p>{@code servedEpoch} is that of the last life that was ever unfenced, this one or an earlier one. A life that never was has
 * led nothing and counted nowhere, so it took nothing away from what the one before it had left on the disk.
 *
 * <p>Thread: any.
 */
public record BrokerImage(
        int id,
        long epoch,
        long servedEpoch,
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

    /** What a snapshot says of it: one that has not served yet is preceded by its last life that has. */
    List<RegisterBrokerRecord> toRecords() {
        RegisterBrokerRecord now = new RegisterBrokerRecord(
                id, incarnation, epoch, listeners, rack, directories, fenced, inControlledShutdown);
        return servedEpoch == epoch
                ? List.of(now)
                : List.of(
                        new RegisterBrokerRecord(
                                id, incarnation, servedEpoch, listeners, rack, directories, false, false),
                        now);
    }

    /** Another registration of it. */
    BrokerImage next(RegisterBrokerRecord record, long newEpoch) {
        return of(record, newEpoch, record.fenced() ? servedEpoch : newEpoch);
    }

    /** Its first registration; of one that a snapshot has fenced nobody knows whether it ever was not. */
    static BrokerImage first(RegisterBrokerRecord record, long epoch) {
        return of(record, epoch, epoch);
    }

    private static BrokerImage of(RegisterBrokerRecord record, long epoch, long servedEpoch) {
        return new BrokerImage(
                record.brokerId(),
                epoch,
                servedEpoch,
                record.incarnation(),
                record.listeners(),
                record.rack(),
                record.fenced(),
                record.inControlledShutdown(),
                record.directories());
    }

    BrokerImage changedBy(BrokerChangeRecord record) {
        boolean fencedNow = record.fenced() == null ? fenced : record.fenced();
        return new BrokerImage(
                id,
                epoch,
                fencedNow ? servedEpoch : epoch,
                incarnation,
                listeners,
                rack,
                fencedNow,
                record.inControlledShutdown() == null ? inControlledShutdown : record.inControlledShutdown(),
                record.directories() == null ? directories : record.directories());
    }
}
