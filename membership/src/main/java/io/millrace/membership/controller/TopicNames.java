package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;

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

    /** An existing topic that this new name collides with, or null. */
    static String collision(MetadataImage image, String name) {
        if (name.indexOf('.') < 0 && name.indexOf('_') < 0) {
            return null;
        }
        for (TopicImage topic : image.topics()) {
            if (collide(topic.name(), name)) {
                return topic.name();
            }
        }
        return null;
    }

    private static boolean collide(String a, String b) {
        if (a.length() != b.length() || a.equals(b)) {
            return false;
        }
        for (int i = 0; i < a.length(); i++) {
            if (a.charAt(i) != b.charAt(i) && !(isSeparator(a.charAt(i)) && isSeparator(b.charAt(i)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSeparator(char c) {
        return c == '.' || c == '_';
    }
}
