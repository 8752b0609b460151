package io.millrace.membership.controller;

import io.millrace.membership.record.MetadataRecord;
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
}
