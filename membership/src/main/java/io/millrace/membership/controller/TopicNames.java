package io.millrace.membership.controller;

/**
 * Which names a topic may have: Kafka's characters and length, and none that differs from an existing one only in dots
 * and underscores (metrics make no difference between them).
 *
 * <p>Thread: any; has no state.
 */
public final class TopicNames {
    public static final int MAX_LENGTH = 249;
    /** The metadata log's own topic. */
    public static final String METADATA_TOPIC = "__cluster_metadata";

    private TopicNames() {}

    /** What is wrong with the name in Kafka's words, or null. */
    public static String violation(String name) {
        if (name.isEmpty()) {
            return "Topic name is invalid: the empty string is not allowed";
        }
        if (name.equals(".") || name.equals("..")) {
            return "Topic name is invalid: '" + name + "' is not allowed";
        }
        if (name.length() > MAX_LENGTH) {
            return "Topic name is invalid: the length of '" + name + "' is longer than the max allowed length "
                    + MAX_LENGTH;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                return "Topic name is invalid: '" + name + "' contains one or more characters other than"
                        + " ASCII alphanumerics, '.', '_' and '-'";
            }
        }
        return null;
    }

    private static boolean isLegal(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }

    /** The name as metrics show it: topics whose names differ only in dots and underscores cannot be told apart there. */
    static String metricName(String name) {
        return name.replace('.', '_');
    }
}
