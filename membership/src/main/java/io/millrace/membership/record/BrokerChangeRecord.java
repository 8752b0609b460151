package io.millrace.membership.record;

import java.util.List;
import java.util.UUID;

/**
 * A registered broker is fenced, unfenced, shutting down or has lost log directories. Null means "as it was".
 *
 * <p>{@code brokerEpoch} names the registration that is meant, so that a change for an earlier life of the broker can
 * be seen to be wrong.
 *
 * <p>Thread: any.
 */
public record BrokerChangeRecord(
        int brokerId, long brokerEpoch, Boolean fenced, Boolean inControlledShutdown, List<UUID> directories)
        implements MetadataRecord {
    public BrokerChangeRecord {
        directories = directories == null ? null : List.copyOf(directories);
    }

    public static BrokerChangeRecord fence(int brokerId, long brokerEpoch) {
        return new BrokerChangeRecord(brokerId, brokerEpoch, true, null, null);
    }

    public static BrokerChangeRecord unfence(int brokerId, long brokerEpoch) {
        return new BrokerChangeRecord(brokerId, brokerEpoch, false, null, null);
    }

    public static BrokerChangeRecord controlledShutdown(int brokerId, long brokerEpoch) {
        return new BrokerChangeRecord(brokerId, brokerEpoch, null, true, null);
    }
}
