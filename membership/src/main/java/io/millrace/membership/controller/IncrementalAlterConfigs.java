package io.millrace.membership.controller;

import java.util.List;

/**
 * Changes single configs of resources. The changes of one resource hold together: all or none.
 *
 * <p>Thread: any.
 */
public record IncrementalAlterConfigs(List<Resource> resources, boolean validateOnly) implements AlterConfigs {
    /** What is done with one config. */
    public enum Operation {
        SET,
        DELETE,
        APPEND,
        SUBTRACT;

        /** By the number it has in Kafka's protocol, or null. */
        public static Operation fromId(int id) {
            return id >= 0 && id < values().length ? values()[id] : null;
        }
    }

    /** {@code operation} is null when the request carried a number that is none. */
    public record Change(String name, Operation operation, String value) {}

    public record Resource(byte type, String name, List<Change> changes) implements Target {}
}
