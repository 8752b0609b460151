package io.millrace.verticles.handler;

import io.millrace.log.producer.ProducersView;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;

/**
 * DescribeProducers: which producers a partition's leader remembers, and who of them has a transaction open (KIP-664).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequestData> {
    private final Node node;

    public DescribeProducersHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeProducersRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        List<Future<?>> looks = new ArrayList<>();
        for (TopicRequest topic : request.topics()) {
            TopicResponse answers = new TopicResponse().setName(topic.name());
            response.topics().add(answers);
            TopicImage found = image.topic(topic.name());
            for (int partition : topic.partitionIndexes()) {
                PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
                answers.partitions().add(answer);
                Errors unknown = Topics.check(found, null, partition);
                if (unknown != Errors.NONE) {
                    refuse(answer, unknown);
                } else {
                    looks.add(node.shards().<Void>ask(found.id(), partition, (replica, done) -> {
                        look(replica, answer);
                        done.complete();
                    }));
                }
            }
        }
        Future.join(looks).onComplete(done -> {
            response.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .filter(answer -> answer.errorCode() != 0)
                    .forEach(answer -> context.error(answer.errorCode()));
            context.respond(response);
        });
    }

    private static void refuse(PartitionResponse answer, Errors error) {
        answer.setErrorCode(error.code()).setErrorMessage(error.message());
    }

    /** Thread: the shard's loop. */
    private static void look(Replica replica, PartitionResponse answer) {
        if (replica == null || !replica.machine().isLeader()) {
            refuse(answer, Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        List<ProducersView.Producer> producers = replica.log().producers().list();
        List<ProducerState> states = new ArrayList<>(producers.size());
        for (ProducersView.Producer producer : producers) {
            states.add(new ProducerState()
                    .setProducerId(producer.producerId())
                    .setProducerEpoch(producer.epoch())
                    .setLastSequence(producer.lastSequence())
                    .setLastTimestamp(producer.lastTimestampMs())
                    .setCoordinatorEpoch(producer.coordinatorEpoch())
                    .setCurrentTxnStartOffset(producer.currentTxnFirstOffset()));
        }
        answer.setActiveProducers(states);
    }
}
