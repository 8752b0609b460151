package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;

/**
 * ListPartitionReassignments: the partitions whose replicas are being moved; kafka-topics asks for it before it describes
 * anything.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ListPartitionReassignmentsHandler implements ApiHandler<ListPartitionReassignmentsRequestData> {
    private final Node node;

    public ListPartitionReassignmentsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListPartitionReassignmentsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        ListPartitionReassignmentsResponseData response = new ListPartitionReassignmentsResponseData();
        if (request.topics() == null) {
            for (TopicImage topic : image.topics()) {
                OngoingTopicReassignment ongoing = new OngoingTopicReassignment().setName(topic.name());
                topic.partitions().forEach(partition -> addIfMoving(ongoing, partition));
                addIfAny(response, ongoing);
            }
        } else {
            for (ListPartitionReassignmentsTopics asked : request.topics()) {
                TopicImage topic = image.topic(asked.name());
                if (topic != null) {
                    OngoingTopicReassignment ongoing = new OngoingTopicReassignment().setName(topic.name());
                    asked.partitionIndexes().forEach(index -> addIfMoving(ongoing, topic.partition(index)));
                    addIfAny(response, ongoing);
                }
            }
        }
        context.respond(response);
    }

    private static void addIfMoving(OngoingTopicReassignment ongoing, PartitionImage partition) {
        if (partition != null && partition.isReassigning()) {
            ongoing.partitions()
                    .add(new OngoingPartitionReassignment()
                            .setPartitionIndex(partition.partition())
                            .setReplicas(TopicDescriptions.list(partition.replicas()))
                            .setAddingReplicas(TopicDescriptions.list(partition.adding()))
                            .setRemovingReplicas(TopicDescriptions.list(partition.removing())));
        }
    }

    private static void addIfAny(ListPartitionReassignmentsResponseData response, OngoingTopicReassignment ongoing) {
        if (!ongoing.partitions().isEmpty()) {
            response.topics().add(ongoing);
        }
    }
}
