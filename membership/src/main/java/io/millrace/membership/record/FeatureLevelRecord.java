package io.millrace.membership.record;

import java.util.Objects;

/**
 * The cluster works with this level of a named feature from here on; level 0 removes it. A node that cannot serve a
 * level must not take part.
 *
 * <p>Thread: any.
 */
public record FeatureLevelRecord(String name, short level) implements MetadataRecord {
    public FeatureLevelRecord {
        Objects.requireNonNull(name, "name");
    }
}
