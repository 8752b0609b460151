package io.millrace.membership.config;

/**
 * One setting: what it may be, what it is when nobody sets it, and what Millrace does with it.
 *
 * <p>{@code defaultValue} is null when there is none. {@code internal} ones are shown only where they
 * are set.
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
    /** Checks a value as a client wrote it; the message of the exception is fit for the client. Null is allowed. */
    public void check(String value) {
        Object parsed = ConfigValue.parse(name, type, value);
        if (parsed != null) {
            rule.check(name, parsed);
        }
    }

    public boolean isDynamic() {
        return updateMode != UpdateMode.READ_ONLY;
    }

    public boolean isSensitive() {
        return type == ConfigType.PASSWORD;
    }
}
