package io.millrace.verticles.handler;

import io.millrace.log.LogConfig;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.DeletedRecords;
import io.millrace.verticles.shard.Replica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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

/**
 * DeleteRecords: moves the start of a log forward; -1 stands for the high watermark (KIP-107). Answered when the replicas of
 * all living brokers have followed, or when the client's time is up.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {
    private static final long TO_HIGH_WATERMARK = -1;
    private static final int LONGEST_TIMEOUT_MS = 600_000;

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
        int timeoutMs = Math.max(0, Math.min(request.timeoutMs(), LONGEST_TIMEOUT_MS));
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
                        .setLowWatermark(DeletedRecords.UNKNOWN);
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
                deletions.add(node.shards()
                        .<DeletedRecords>ask(
                                found.id(),
                                partition.partitionIndex(),
                                (replica, done) -> delete(replica, partition.offset(), timeoutMs, done))
                        .otherwise(bug -> DeletedRecords.refused(Errors.UNKNOWN_SERVER_ERROR))
                        .onSuccess(deleted -> tell(deleted, answer, context)));
            }
        }
        Future.join(deletions).onComplete(done -> context.respond(response));
    }

    /** Thread: the shard's loop. */
    private static void tell(DeletedRecords deleted, DeleteRecordsPartitionResult answer, RequestContext context) {
        context.error(deleted.error().code());
        answer.setErrorCode(deleted.error().code()).setLowWatermark(deleted.lowWatermark());
    }

    /** Thread: the shard's loop. */
    private static void delete(Replica replica, long wanted, int timeoutMs, Promise<DeletedRecords> done) {
        Errors refusal = replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.checkLeader(-1);
        if (refusal != Errors.NONE) {
            done.complete(DeletedRecords.refused(refusal));
            return;
        }
        LogConfig config = replica.log().config();
        if (config.compact() && !config.delete()) {
            done.complete(DeletedRecords.refused(Errors.POLICY_VIOLATION));
            return;
        }
        long highWatermark = replica.machine().highWatermark();
        long offset = wanted == TO_HIGH_WATERMARK ? highWatermark : wanted;
        if (offset < 0 || offset > highWatermark) {
            done.complete(DeletedRecords.refused(Errors.OFFSET_OUT_OF_RANGE));
            return;
        }
        replica.deletions().deleteBefore(offset, timeoutMs, done);
    }
}
