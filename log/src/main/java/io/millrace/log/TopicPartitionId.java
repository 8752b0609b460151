package io.millrace.log;

import java.util.Objects;
import java.util.UUID;

/**
 * Which partition: the topic id tells a deleted and recreated topic from its predecessor of the same name.
 *
 * <p>Thread: any (immutable).
 */
public record TopicPartitionId(UUID topicId, String topic, int partition) {
    public TopicPartitionId {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException("partition " + partition + " of topic " + topic + " is negative");
        }
    }

    /** {@code <topic>-<partition>}, as Kafka names a partition's folder. */
    public String folderName() {
        return topic + "-" + partition;
    }

    @Override
    public String toString() {
        return folderName();
    }
}
