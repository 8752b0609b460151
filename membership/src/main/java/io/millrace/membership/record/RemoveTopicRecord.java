package io.millrace.membership.record;

import java.util.Objects;
import java.util.UUID;

/**
 * A topic, its partitions and its configs are gone. A topic made later with the same name has another id.
 *
 * <p>Thread: any.
 */
public record RemoveTopicRecord(UUID topicId) implements MetadataRecord {
    public RemoveTopicRecord {
        Objects.requireNonNull(topicId, "topicId");
    }
}
