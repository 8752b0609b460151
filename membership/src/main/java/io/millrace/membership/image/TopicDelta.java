package io.millrace.membership.image;

import java.util.Set;
import java.util.UUID;

/**
 * One topic that a batch of records touched. {@code before} is null for a new topic, {@code after} for a deleted one;
 * both are null for one that came and went within the batch (its files never existed).
 *
 * <p>{@code partitions} are the numbers of new and changed partitions, ascending; empty for a deleted topic, whose partitions are
 * all of {@code before}.
 *
 * <p>Thread: any.
 */
public record TopicDelta(UUID topicId, TopicImage before, TopicImage after, Set<Integer> partitions) {
    public boolean isNew() {
        return before == null && after != null;
    }

    public boolean isDeleted() {
        return before != null && after == null;
    }

    public boolean isChanged() {
        return before != null && after != null;
    }

    /** The partition as it was, or null when it is new. */
    public PartitionImage partitionBefore(int partition) {
        return before == null ? null : before.partition(partition);
    }

    /** The partition as it is, or null when the topic was deleted. */
    public PartitionImage partitionAfter(int partition) {
        return after == null ? null : after.partition(partition);
    }
}
