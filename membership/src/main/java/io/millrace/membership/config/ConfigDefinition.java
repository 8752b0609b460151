package io.millrace.membership.config;

/**
 * One setting: what it may be, what it is when nobody sets it, and what Millrace does with it.
 *
 * <p>{@code defaultValue} is null when there is none. {@code internal} ones are honoured but never shown.
 *
 * <p>Thread: any.
 */
public record ConfigDefinition(
        String name,
        ConfigType type,
        String defaultValue,
        String importance,
        ConfigStatus status,
        UpdateMode updateMode,
        boolean internal,
        ValueRule rule,
        String documentation) {
    public boolean isSensitive() {
        return type == ConfigType.PASSWORD;
    }
}
