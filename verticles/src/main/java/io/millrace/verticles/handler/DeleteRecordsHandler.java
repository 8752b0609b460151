package io.millrace.verticles.handler;

import io.millrace.log.LogConfig;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResultCollection;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResultCollection;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords: moves the start of a log forward; -1 stands for the high watermark (KIP-107).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {
    private static final long TO_HIGH_WATERMARK = -1;
    private static final long INVALID_LOW_WATERMARK = -1;

    private final Node node;

    public DeleteRecordsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DeleteRecordsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        DeleteRecordsResponseData response = new DeleteRecordsResponseData()
                .setTopics(new DeleteRecordsTopicResultCollection(
                        AnswerRows.capacity(request.topics().size())));
        List<Future<?>> deletions = new ArrayList<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            DeleteRecordsTopicResult answers = new AnswerRows.TrimmedTopic(
                            response.topics().size())
                    .setName(topic.name())
                    .setPartitions(new DeleteRecordsPartitionResultCollection(
                            AnswerRows.capacity(topic.partitions().size())));
            response.topics().add(answers);
            TopicImage found = image.topic(topic.name());
            for (DeleteRecordsPartition partition : topic.partitions()) {
                DeleteRecordsPartitionResult answer = new AnswerRows.TrimmedPartition(
                                answers.partitions().size())
                        .setPartitionIndex(partition.partitionIndex())
                        .setLowWatermark(INVALID_LOW_WATERMARK);
                answers.partitions().add(answer);
                Errors refusal = Topics.check(found, null, partition.partitionIndex());
                if (refusal == Errors.NONE && Topics.isInternal(found.name())) {
                    refusal = Errors.INVALID_TOPIC_EXCEPTION;
                }
                if (refusal != Errors.NONE) {
                    context.error(refusal.code());
                    answer.setErrorCode(refusal.code());
                    continue;
                }
                deletions.add(node.shards().<Void>ask(found.id(), partition.partitionIndex(), (replica, done) -> {
                    delete(replica, partition.offset(), answer);
                    done.complete();
                }));
            }
        }
        Future.join(deletions).onComplete(done -> context.respond(response));
    }

    /** Thread: the shard's loop. */
    private static void delete(Replica replica, long wanted, DeleteRecordsPartitionResult answer) {
        Errors refusal = replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.checkLeader(-1);
        if (refusal != Errors.NONE) {
            answer.setErrorCode(refusal.code());
            return;
        }
        LogConfig config = replica.log().config();
        if (config.compact() && !config.delete()) {
            answer.setErrorCode(Errors.POLICY_VIOLATION.code());
            return;
        }
        long highWatermark = replica.machine().highWatermark();
        long offset = wanted == TO_HIGH_WATERMARK ? highWatermark : wanted;
        if (offset < 0 || offset > highWatermark) {
            answer.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
            return;
        }
        replica.log().advanceLogStart(offset);
        answer.setLowWatermark(replica.log().logStartOffset());
    }
}
