package io.millrace.membership.image;

import java.util.List;
import java.util.UUID;

/**
 * One topic: its name, its id (another one after deletion and creation anew) and its partitions in order.
 *
 * <p>Thread: any.
 */
public record TopicImage(String name, UUID id, List<PartitionImage> partitions) {
    public int partitionCount() {
        return partitions.size();
    }

    /** The partition with this number, or null when the topic has fewer. */
    public PartitionImage partition(int partition) {
        return partition < 0 || partition >= partitions.size() ? null : partitions.get(partition);
    }
}
