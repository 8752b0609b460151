package io.millrace.membership.controller;

import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import java.util.List;

/**
 * Records to propose and the answer to give when they are committed. Without records, the answer can go at once.
 *
 * <p>Thread: any.
 */
public record ControllerOutcome<R>(List<MetadataRecord> records, R response) {
    public ControllerOutcome {
        records = List.copyOf(records);
    }

    /** The answer once the records are committed, the last of them at this offset: a broker's epoch is an offset. */
    @SuppressWarnings("unchecked")
    public R committedAt(long lastOffset) {
        if (response instanceof RegisterBroker.Outcome registered
                && !records.isEmpty()
                && records.get(0) instanceof RegisterBrokerRecord) {
            return (R) new RegisterBroker.Outcome(
                    registered.error(), registered.message(), lastOffset - records.size() + 1);
        }
        return response;
    }
}
