package io.millrace.membership.record;

import java.util.Objects;

/**
 * Sets one config of one resource, or removes it when {@code value} is null.
 *
 * <p>Thread: any.
 */
public record ConfigRecord(ConfigResource resource, String name, String value) implements MetadataRecord {
    public ConfigRecord {
        Objects.requireNonNull(resource, "resource");
        Objects.requireNonNull(name, "name");
    }
}
