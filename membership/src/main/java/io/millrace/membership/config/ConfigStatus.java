package io.millrace.membership.config;

/**
 * What Millrace does with a setting of Kafka's.
 *
 * <p>Thread: any.
 */
public enum ConfigStatus {
    /** It does what it says. */
    EFFECTIVE,
    /** It may be set and is shown, but nothing follows from it; a log line says so. */
    ACCEPTED_WITH_WARNING,
    /** It may not be set: someone who sets it relies on something that would not be there. */
    REFUSED
}
