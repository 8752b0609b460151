package io.millrace.membership.controller;

import java.util.List;

/**
 * Replaces all configs of resources: what is not named goes back to its default.
 *
 * <p>Thread: any.
 */
public record LegacyAlterConfigs(List<Resource> resources, boolean validateOnly)
        implements ControllerCommand<AlterConfigsOutcome> {
    /** Type and name as on the wire. */
    public record Resource(byte type, String name, List<NamedValue> configs) {}
}
