package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.node.Node;
import java.util.Collection;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopicCollection;

/**
 * DescribeTopicPartitions: topics in the order of their names, a bounded number of partitions per answer, and a cursor to
 * go on from (KIP-966).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeTopicPartitionsHandler implements ApiHandler<DescribeTopicPartitionsRequestData> {
    private final Node node;

    public DescribeTopicPartitionsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeTopicPartitionsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        DescribeTopicPartitionsRequestData.Cursor cursor = request.cursor();
        boolean all = request.topics().isEmpty();
        TreeSet<String> names = new TreeSet<>();
        if (all) {
            image.topics().forEach(topic -> names.add(topic.name()));
        } else {
            request.topics().forEach(topic -> names.add(topic.name()));
        }
        if (cursor != null && (cursor.partitionIndex() < 0 || !all && !names.contains(cursor.topicName()))) {
            refuse(names, all, context);
            return;
        }
        int limit = node.configs().brokerInt(image, "max.request.partition.size.limit");
        int most = Math.max(1, Math.min(limit, request.responsePartitionLimit()));
        Collection<String> wanted = cursor == null ? names : names.tailSet(cursor.topicName());
        context.respond(answer(image, wanted, cursor, all, most, context));
    }

    private static void refuse(TreeSet<String> names, boolean all, RequestContext context) {
        context.error(Errors.INVALID_REQUEST.code());
        DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData()
                .setTopics(new DescribeTopicPartitionsResponseTopicCollection(AnswerRows.capacity(names.size())));
        if (!all) {
            names.forEach(name -> response.topics()
                    .add(new AnswerRows.DescribedTopic(response.topics().size())
                            .setName(name)
                            .setErrorCode(Errors.INVALID_REQUEST.code())));
        }
        context.respond(response);
    }

    private static DescribeTopicPartitionsResponseData answer(
            MetadataImage image,
            Collection<String> names,
            DescribeTopicPartitionsRequestData.Cursor cursor,
            boolean all,
            int most,
            RequestContext context) {
        DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData()
                .setTopics(new DescribeTopicPartitionsResponseTopicCollection(AnswerRows.capacity(names.size())));
        int left = most;
        for (String name : names) {
            if (left == 0) {
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
            }
            TopicImage topic = image.topic(name);
            if (topic == null) {
                if (!all) {
                    response.topics().add(unknown(response.topics().size(), name, context));
                }
                continue;
            }
            int first = cursor != null && cursor.topicName().equals(name) ? cursor.partitionIndex() : 0;
            int end = (int) Math.min(topic.partitionCount(), (long) first + left);
            response.topics().add(described(response.topics().size(), image, topic, first, end, context));
            if (end < topic.partitionCount()) {
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
            }
            left -= Math.max(0, end - first);
        }
        return response;
    }

    private static DescribeTopicPartitionsResponseTopic described(
            int place, MetadataImage image, TopicImage topic, int first, int end, RequestContext context) {
        DescribeTopicPartitionsResponseTopic described = new AnswerRows.DescribedTopic(place)
                .setName(topic.name())
                .setTopicId(KafkaIds.toKafka(topic.id()))
                .setIsInternal(Topics.isInternal(topic.name()))
                .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
        for (int i = first; i < end; i++) {
            PartitionImage partition = topic.partition(i);
            described.partitions().add(TopicDescriptions.partition(image, partition, context.listenerName()));
        }
        return described;
    }

    private static DescribeTopicPartitionsResponseTopic unknown(int place, String name, RequestContext context) {
        Errors error = TopicDescriptions.isValidName(name)
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.INVALID_TOPIC_EXCEPTION;
        context.error(error.code());
        return new AnswerRows.DescribedTopic(place)
                .setName(name)
                .setErrorCode(error.code())
                .setIsInternal(Topics.isInternal(name))
                .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
    }
}
