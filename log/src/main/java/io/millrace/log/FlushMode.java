package io.millrace.log;

/**
 * What an acknowledged record stands on ({@code flush.mode}): the page cache of the ISR, as Kafka promises, or the disks
 * of the ISR, synced once for many appends.
 *
 * <p>Thread: any.
 */
public enum FlushMode {
    PAGE_CACHE("page-cache"),
    GROUP("group");

    private final String configName;

    FlushMode(String configName) {
        this.configName = configName;
    }

    public String configName() {
        return configName;
    }
}
