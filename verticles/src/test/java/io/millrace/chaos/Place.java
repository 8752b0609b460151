package io.millrace.chaos;

import java.util.Map;

/**
 * The cluster that a story is told to. Each has one of its own, and all of its stories are told one after the other.
 *
 * <p>Thread: immutable.
 */
enum Place {
    /** As shipped: acknowledged when it is in the page caches. */
    USUAL(Map.of()),
    /** Acknowledged when it is on the disks, internal topics included. */
    SYNCED(Map.of("flush.mode", "group")),
    /** Data folders that can be filled up. */
    SMALL_DISK(Map.of());

    private final Map<String, String> settings;

    Place(Map<String, String> settings) {
        this.settings = settings;
    }

    /** Kafka's settings beyond those of every chaos cluster. */
    Map<String, String> settings() {
        return settings;
    }
}
