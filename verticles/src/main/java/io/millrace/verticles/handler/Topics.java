package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.Errors;
import io.millrace.protocol.NodeEndpoint;
import java.util.Set;
import java.util.UUID;

/**
 * Finds the topic that a request means, by name or by id, and the error when there is none.
 *
 * <p>Thread: any.
 */
final class Topics {
    private static final Set<String> INTERNAL =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    private Topics() {}

    /** The topic by its id when the request has one, else by its name; null when unknown. */
    static TopicImage find(MetadataImage image, String name, UUID id) {
        return hasId(id) ? image.topic(id) : name == null ? null : image.topic(name);
    }

    /** What is wrong with a request for this topic and partition; NONE when both exist. */
    static Errors check(TopicImage topic, UUID id, int partition) {
        if (topic == null) {
            return hasId(id) ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return topic.partition(partition) == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE;
    }

    /** Where the leader of a partition can be reached through this listener (KIP-951); null when unknown. */
    static NodeEndpoint leaderEndpoint(MetadataImage image, PartitionImage partition, String listenerName) {
        BrokerImage leader = partition.hasLeader() ? image.broker(partition.leader()) : null;
        Listener listener = leader == null ? null : leader.listener(listenerName);
        return listener == null ? null : new NodeEndpoint(leader.id(), listener.host(), listener.port(), leader.rack());
    }

    /** Whether only the broker itself writes to the topic. */
    static boolean isInternal(String name) {
        return INTERNAL.contains(name);
    }

    /** Versions that name topics by id always carry one, if only the zero id, which no topic has. */
    private static boolean hasId(UUID id) {
        return id != null;
    }
}
