package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;

/**
 * OffsetFetch: what groups have committed, for some partitions or all; several groups since version 8 (KIP-709), topics by
 * id since version 10.
 *
 * <p>Thread: the connection's event loop.
 */
public final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequestData> {
    private static final short FIRST_WITH_GROUPS = 8;
    private static final short FIRST_WITH_TOPIC_IDS = 10;

    private final Node node;

    public OffsetFetchHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(OffsetFetchRequestData request, RequestContext context) {
        boolean many = context.version() >= FIRST_WITH_GROUPS;
        List<OffsetFetchRequestGroup> asked = many ? request.groups() : List.of(SingleGroupFetch.of(request));
        Set<String> wholeGroups = new HashSet<>();
        List<Future<OffsetFetchResponseGroup>> groups = new ArrayList<>(asked.size());
        for (OffsetFetchRequestGroup group : asked) {
            // A whole group is told once: its answer may be much larger than the question.
            if (group.topics() != null || wholeGroups.add(group.groupId())) {
                groups.add(fetch(group, request.requireStable(), context.version()));
            }
        }
        Future.join(groups).onComplete(done -> {
            List<OffsetFetchResponseGroup> answers = new ArrayList<>(groups.size());
            for (Future<OffsetFetchResponseGroup> group : groups) {
                context.error(group.result().errorCode());
                answers.add(group.result());
            }
            context.respond(
                    many
                            ? new OffsetFetchResponseData().setGroups(answers)
                            : SingleGroupFetch.answer(asked.get(0), answers.get(0), context.version()));
        });
    }

    private Future<OffsetFetchResponseGroup> fetch(
            OffsetFetchRequestGroup group, boolean requireStable, short version) {
        MetadataImage image = node.image();
        if (version < FIRST_WITH_TOPIC_IDS) {
            return ask(group, requireStable);
        }
        if (group.topics() == null) {
            return ask(group, requireStable).map(answer -> withIds(answer, image));
        }
        List<OffsetFetchRequestTopics> known = new ArrayList<>(group.topics().size());
        for (OffsetFetchRequestTopics topic : group.topics()) {
            TopicImage found = image.topic(KafkaIds.toJava(topic.topicId()));
            if (found != null) {
                known.add(topic.setName(found.name()));
            }
        }
        OffsetFetchRequestGroup askable = new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch())
                .setTopics(known);
        return ask(askable, requireStable).map(answer -> withUnknown(group, answer));
    }

    private Future<OffsetFetchResponseGroup> ask(OffsetFetchRequestGroup group, boolean requireStable) {
        return node.groups()
                .<OffsetFetchResponseGroup>ask(
                        group.groupId(),
                        (machine, nowMs, answer) -> machine.fetchOffsets(group, requireStable, nowMs, answer))
                .otherwise(failure -> GroupErrors.fetch(group, CoordinatorException.errorOf(failure)));
    }

    /** Topics that are gone have no id, and cannot be told. */
    private static OffsetFetchResponseGroup withIds(OffsetFetchResponseGroup answer, MetadataImage image) {
        List<OffsetFetchResponseTopics> told = new ArrayList<>(answer.topics().size());
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            TopicImage found = image.topic(topic.name());
            if (found != null) {
                told.add(topic.setTopicId(KafkaIds.toKafka(found.id())));
            }
        }
        return answer.setTopics(told);
    }

    /** Puts rows for ids that nobody knows between the coordinator's, in the order of the request. */
    private static OffsetFetchResponseGroup withUnknown(
            OffsetFetchRequestGroup request, OffsetFetchResponseGroup answer) {
        if (answer.errorCode() != Errors.NONE.code()) {
            return answer;
        }
        Iterator<OffsetFetchResponseTopics> known = answer.topics().iterator();
        List<OffsetFetchResponseTopics> all = new ArrayList<>(request.topics().size());
        for (OffsetFetchRequestTopics topic : request.topics()) {
            boolean found = !topic.name().isEmpty();
            all.add((found ? known.next() : unknown(topic)).setTopicId(topic.topicId()));
        }
        return answer.setTopics(all);
    }

    private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics topic) {
        OffsetFetchResponseTopics rows = new OffsetFetchResponseTopics();
        topic.partitionIndexes().forEach(partition -> rows.partitions()
                .add(new OffsetFetchResponsePartitions()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(SingleGroupFetch.NO_OFFSET)
                        .setCommittedLeaderEpoch(SingleGroupFetch.NO_EPOCH)
                        .setMetadata(SingleGroupFetch.NO_METADATA)
                        .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())));
        return rows;
    }
}
