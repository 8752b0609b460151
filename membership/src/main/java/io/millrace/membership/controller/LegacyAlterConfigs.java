package io.millrace.membership.controller;

import java.util.List;

/**
 * Replaces all configs of resources: what is not named goes back to its default.
 *
 * <p>Thread: any.
 */
public record LegacyAlterConfigs(List<Resource> resources, boolean validateOnly) implements AlterConfigs {
    public record Resource(byte type, String name, List<NamedValue> configs) implements Target {}
}
