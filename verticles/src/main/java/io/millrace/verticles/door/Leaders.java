package io.millrace.verticles.door;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;

/**
 * Failures that tell where the right node is.
 *
 * <p>Thread: any.
 */
final class Leaders {
    private Leaders() {}

    static DoorFailure unknown(TopicImage topic, String name, int partition) {
        return topic == null
                ? PlainFields.unknownTopic(name)
                : DoorFailure.of(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        name + " has no partition " + partition + ", it has "
                                + topic.partitions().size());
    }

    /** The failure of a partition; when this node does not lead it, with the one that does. */
    static DoorFailure failure(Node node, String topic, int partition, Errors error, String message) {
        DoorFailure failure = DoorFailure.of(error, message);
        if (error != Errors.NOT_LEADER_OR_FOLLOWER) {
            return failure;
        }
        TopicImage found = node.image().topic(topic);
        PartitionImage now = found == null ? null : found.partition(partition);
        return failure.askInstead(now == null ? PartitionImage.NO_LEADER : now.leader());
    }
}
