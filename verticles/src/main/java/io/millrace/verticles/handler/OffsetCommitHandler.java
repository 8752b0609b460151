package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;

/**
 * OffsetCommit: the group's coordinator takes what is committed for partitions that exist; the others are answered here.
 *
 * <p>Thread: the connection's event loop.
 */
public final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequestData> {
    private static final short FIRST_WITH_TOPIC_IDS = 10;

    private final Node node;

    public OffsetCommitHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(OffsetCommitRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        boolean byId = context.version() >= FIRST_WITH_TOPIC_IDS;
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        List<OffsetCommitRequestTopic> known = new ArrayList<>(request.topics().size());
        for (OffsetCommitRequestTopic topic : request.topics()) {
            UUID id = byId ? KafkaIds.toJava(topic.topicId()) : null;
            TopicImage found = Topics.find(image, topic.name(), id);
            OffsetCommitResponseTopic rows =
                    new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            List<OffsetCommitRequestPartition> existing =
                    new ArrayList<>(topic.partitions().size());
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                Errors unknown = Topics.check(found, id, partition.partitionIndex());
                rows.partitions()
                        .add(new OffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(unknown.code()));
                if (unknown == Errors.NONE) {
                    existing.add(partition);
                }
            }
            response.topics().add(rows);
            if (!existing.isEmpty()) {
                known.add(new OffsetCommitRequestTopic()
                        .setName(found.name())
                        .setTopicId(KafkaIds.toKafka(found.id()))
                        .setPartitions(existing));
            }
        }
        if (known.isEmpty()) {
            answer(response, context);
            return;
        }
        commit(request.setTopics(known), response, context);
    }

    private void commit(OffsetCommitRequestData known, OffsetCommitResponseData response, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        node.groups()
                .<OffsetCommitResponseData>ask(
                        known.groupId(),
                        (machine, nowMs, answer) -> machine.commitOffsets(known, client, nowMs, answer))
                .otherwise(failure -> GroupErrors.commit(known, CoordinatorException.errorOf(failure)))
                .onSuccess(answered -> {
                    fill(response, answered);
                    answer(response, context);
                });
    }

    /** Puts the coordinator's answers, which come in the order of the request, where no error stands already. */
    private static void fill(OffsetCommitResponseData response, OffsetCommitResponseData answered) {
        Iterator<OffsetCommitResponsePartition> next = answered.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .iterator();
        for (OffsetCommitResponseTopic topic : response.topics()) {
            for (OffsetCommitResponsePartition partition : topic.partitions()) {
                if (partition.errorCode() == Errors.NONE.code()) {
                    partition.setErrorCode(next.next().errorCode());
                }
            }
        }
    }

    private static void answer(OffsetCommitResponseData response, RequestContext context) {
        for (OffsetCommitResponseTopic topic : response.topics()) {
            topic.partitions().forEach(partition -> {
                if (partition.errorCode() != Errors.NONE.code()) {
                    context.error(partition.errorCode());
                }
            });
        }
        context.respond(response);
    }
}
