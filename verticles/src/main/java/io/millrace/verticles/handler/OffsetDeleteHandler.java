package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartitionCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopicCollection;

/**
 * OffsetDelete: takes back what a group has committed for topics that it does not read any more (KIP-496).
 *
 * <p>Thread: the connection's event loop.
 */
public final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData> {
    private final Node node;

    public OffsetDeleteHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(OffsetDeleteRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            TopicImage found = image.topic(topic.name());
            List<OffsetDeleteRequestPartition> existing = new ArrayList<>();
            for (int partition : numbers(topic)) {
                if (Topics.check(found, null, partition) == Errors.NONE) {
                    existing.add(new OffsetDeleteRequestPartition().setPartitionIndex(partition));
                }
            }
            if (!existing.isEmpty()) {
                known.add(new OffsetDeleteRequestTopic().setName(topic.name()).setPartitions(existing));
            }
        }
        if (known.isEmpty()) {
            answer(request, new OffsetDeleteResponseData(), context);
            return;
        }
        OffsetDeleteRequestData asked =
                new OffsetDeleteRequestData().setGroupId(request.groupId()).setTopics(known);
        node.groups()
                .<OffsetDeleteResponseData>ask(
                        request.groupId(), (machine, nowMs, answer) -> machine.deleteOffsets(asked, nowMs, answer))
                .otherwise(failure -> GroupErrors.offsetDelete(CoordinatorException.errorOf(failure)))
                .onSuccess(answered -> answer(request, answered, context));
    }

    /** Each once. */
    private static Set<Integer> numbers(OffsetDeleteRequestTopic topic) {
        Set<Integer> numbers = new LinkedHashSet<>();
        topic.partitions().forEach(partition -> numbers.add(partition.partitionIndex()));
        return numbers;
    }

    /** What the coordinator did not answer is not there. */
    private static void answer(
            OffsetDeleteRequestData request, OffsetDeleteResponseData answered, RequestContext context) {
        if (answered.errorCode() != Errors.NONE.code()) {
            context.error(answered.errorCode());
            context.respond(answered);
            return;
        }
        Map<String, Map<Integer, Short>> deleted = new HashMap<>();
        for (OffsetDeleteResponseTopic topic : answered.topics()) {
            Map<Integer, Short> errors = deleted.computeIfAbsent(topic.name(), name -> new HashMap<>());
            topic.partitions().forEach(partition -> errors.put(partition.partitionIndex(), partition.errorCode()));
        }
        OffsetDeleteResponseData response = new OffsetDeleteResponseData()
                .setTopics(new OffsetDeleteResponseTopicCollection(
                        AnswerRows.capacity(request.topics().size())));
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            Map<Integer, Short> errors = deleted.getOrDefault(topic.name(), Map.of());
            Set<Integer> numbers = numbers(topic);
            OffsetDeleteResponseTopic rows = new AnswerRows.OffsetsOfTopic(
                            response.topics().size())
                    .setName(topic.name())
                    .setPartitions(new OffsetDeleteResponsePartitionCollection(AnswerRows.capacity(numbers.size())));
            for (int number : numbers) {
                short error = errors.getOrDefault(number, Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                context.error(error);
                rows.partitions()
                        .add(new AnswerRows.DeletedOffset(rows.partitions().size())
                                .setPartitionIndex(number)
                                .setErrorCode(error));
            }
            response.topics().add(rows);
        }
        context.respond(response);
    }
}
