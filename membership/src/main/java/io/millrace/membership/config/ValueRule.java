package io.millrace.membership.config;

/**
 * What a parsed value must satisfy beyond its type.
 *
 * <p>Thread: any.
 */
public interface ValueRule {
    ValueRule ANY = new ValueRule() {
        @Override
        public String violation(String name, ConfigType type, String value) {
            return null;
        }

        @Override
        public String describe() {
            return "";
        }
    };

    /** A sentence that says what is wrong with this value of the right type, or null. */
    String violation(String name, ConfigType type, String value);

    /** What is allowed, in a few words; empty when everything is. */
    String describe();
}
