package io.millrace.membership.record;

import java.util.Objects;
import java.util.UUID;

/**
 * A topic exists from here on; its partitions follow as {@link PartitionRecord}s in the same batch.
 *
 * <p>Thread: any.
 */
public record TopicRecord(UUID topicId, String name) implements MetadataRecord {
    public TopicRecord {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(name, "name");
    }
}
