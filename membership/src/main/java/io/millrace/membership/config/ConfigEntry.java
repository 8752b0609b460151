package io.millrace.membership.config;

import java.util.List;

/**
 * One config of one resource as DescribeConfigs shows it. A sensitive value is null. {@code synonyms} starts with
 * where the value itself comes from and ends with the default.
 *
 * <p>Thread: any.
 */
public record ConfigEntry(
        String name,
        String value,
        ConfigSource source,
        boolean readOnly,
        boolean sensitive,
        ConfigType type,
        String documentation,
        List<Synonym> synonyms) {
    public record Synonym(String name, String value, ConfigSource source) {}
}
