package io.millrace.membership.record;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A broker process has introduced itself. It starts fenced: it may lead and count only after it is known to have
 * applied this very record, and so to have given up what an earlier life of it led.
 *
 * <p>{@code brokerEpoch} is {@link #EPOCH_IS_OFFSET} in the log, where the epoch is the offset of the record; in a
 * snapshot, which has other offsets, it is spelled out, as are the two states.
 *
 * <p>Thread: any.
 */
public record RegisterBrokerRecord(
        int brokerId,
        UUID incarnation,
        long brokerEpoch,
        List<Listener> listeners,
        String rack,
        List<UUID> directories,
        boolean fenced,
        boolean inControlledShutdown)
        implements MetadataRecord {
    public static final long EPOCH_IS_OFFSET = -1;

    public RegisterBrokerRecord {
        Objects.requireNonNull(incarnation, "incarnation");
        listeners = List.copyOf(listeners);
        directories = List.copyOf(directories);
    }
}
