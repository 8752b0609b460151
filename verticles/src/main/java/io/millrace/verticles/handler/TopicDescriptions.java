package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;

/**
 * Topics and brokers of an image in the words of the Metadata answer.
 *
 * <p>Thread: any.
 */
final class TopicDescriptions {
    private static final Pattern LEGAL_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    /** Before this version a listener that the leader lacks is told as "no leader". */
    private static final short FIRST_WITH_LISTENER_NOT_FOUND = 6;

    private TopicDescriptions() {}

    static boolean isValidName(String name) {
        return LEGAL_NAME.matcher(name).matches() && !name.equals(".") && !name.equals("..");
    }

    /** Every broker that is unfenced and has this listener. */
    static List<MetadataResponseBroker> activeBrokers(MetadataImage image, String listenerName) {
        List<MetadataResponseBroker> brokers = new ArrayList<>();
        for (BrokerImage broker : image.brokers().values()) {
            Listener listener = broker.listener(listenerName);
            if (!broker.fenced() && listener != null) {
                brokers.add(new MetadataResponseBroker()
                        .setNodeId(broker.id())
                        .setHost(listener.host())
                        .setPort(listener.port())
                        .setRack(broker.rack()));
            }
        }
        return brokers;
    }

    /** One topic with all its partitions, at this place of the answer. */
    static MetadataResponseTopic metadata(
            int ordinal, MetadataImage image, TopicImage topic, String listenerName, short version) {
        MetadataResponseTopic description = new AnswerRows.MetadataTopic(ordinal)
                .setName(topic.name())
                .setTopicId(KafkaIds.toKafka(topic.id()))
                .setIsInternal(Topics.isInternal(topic.name()));
        for (PartitionImage partition : topic.partitions()) {
            description.partitions().add(metadata(image, partition, listenerName, version));
        }
        return description;
    }

    private static MetadataResponsePartition metadata(
            MetadataImage image, PartitionImage partition, String listenerName, short version) {
        MetadataResponsePartition description = new MetadataResponsePartition()
                .setPartitionIndex(partition.partition())
                .setLeaderId(partition.leader())
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(list(partition.replicas()))
                .setIsrNodes(list(partition.isr()))
                .setOfflineReplicas(offline(image, partition, listenerName));
        BrokerImage leader = partition.hasLeader() ? image.broker(partition.leader()) : null;
        if (leader == null || leader.fenced()) {
            description.setLeaderId(PartitionImage.NO_LEADER).setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
        } else if (leader.listener(listenerName) == null) {
            description
                    .setLeaderId(PartitionImage.NO_LEADER)
                    .setErrorCode((version >= FIRST_WITH_LISTENER_NOT_FOUND
                                    ? Errors.LISTENER_NOT_FOUND
                                    : Errors.LEADER_NOT_AVAILABLE)
                            .code());
        }
        return description;
    }

    /** One partition as DescribeTopicPartitions tells it: a partition without a leader is no error there. */
    static DescribeTopicPartitionsResponsePartition partition(
            MetadataImage image, PartitionImage partition, String listenerName) {
        BrokerImage leader = partition.hasLeader() ? image.broker(partition.leader()) : null;
        boolean reachable = leader != null && !leader.fenced() && leader.listener(listenerName) != null;
        return new DescribeTopicPartitionsResponsePartition()
                .setPartitionIndex(partition.partition())
                .setLeaderId(reachable ? partition.leader() : PartitionImage.NO_LEADER)
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(list(partition.replicas()))
                .setIsrNodes(list(partition.isr()))
                .setEligibleLeaderReplicas(list(partition.elr()))
                .setLastKnownElr(list(partition.lastKnownElr()))
                .setOfflineReplicas(offline(image, partition, listenerName));
    }

    private static List<Integer> offline(MetadataImage image, PartitionImage partition, String listenerName) {
        List<Integer> offline = new ArrayList<>(0);
        for (int replica : partition.replicas()) {
            BrokerImage broker = image.broker(replica);
            if (broker == null
                    || broker.fenced()
                    || broker.listener(listenerName) == null
                    || partition.isLostAt(replica)) {
                offline.add(replica);
            }
        }
        return offline;
    }

    static List<Integer> list(int[] ids) {
        List<Integer> list = new ArrayList<>(ids.length);
        for (int id : ids) {
            list.add(id);
        }
        return list;
    }
}
