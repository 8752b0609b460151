package io.millrace.verticles.handler;

import io.millrace.log.EpochEnd;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResultCollection;

/**
 * OffsetForLeaderEpoch: where a leader epoch ended, so that a client finds out whether its log and ours have parted
 * (KIP-320).
 *
 * <p>Thread: the connection's event loop.
 */
public final class OffsetForLeaderEpochHandler implements ApiHandler<OffsetForLeaderEpochRequestData> {
    private final Node node;

    public OffsetForLeaderEpochHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(OffsetForLeaderEpochRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData()
                .setTopics(new OffsetForLeaderTopicResultCollection(
                        AnswerRows.capacity(request.topics().size())));
        List<Future<?>> lookups = new ArrayList<>();
        for (OffsetForLeaderTopic topic : request.topics()) {
            OffsetForLeaderTopicResult answers =
                    new AnswerRows.EpochsOfTopic(response.topics().size()).setTopic(topic.topic());
            response.topics().add(answers);
            TopicImage found = image.topic(topic.topic());
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                EpochEndOffset answer = new EpochEndOffset().setPartition(partition.partition());
                answers.partitions().add(answer);
                Errors unknown = Topics.check(found, null, partition.partition());
                if (unknown != Errors.NONE) {
                    context.error(unknown.code());
                    answer.setErrorCode(unknown.code());
                    continue;
                }
                lookups.add(node.shards().<Void>ask(found.id(), partition.partition(), (replica, done) -> {
                    Errors refusal = replica == null
                            ? Errors.NOT_LEADER_OR_FOLLOWER
                            : replica.checkLeader(partition.currentLeaderEpoch());
                    answer.setErrorCode(refusal.code());
                    if (refusal == Errors.NONE) {
                        EpochEnd end = replica.endOffsetForEpoch(partition.leaderEpoch());
                        answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
                    }
                    done.complete();
                }));
            }
        }
        Future.join(lookups).onComplete(done -> context.respond(response));
    }
}
