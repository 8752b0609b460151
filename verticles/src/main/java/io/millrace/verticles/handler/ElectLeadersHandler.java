package io.millrace.verticles.handler;

import io.millrace.membership.controller.ElectLeaders;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;

/**
 * ElectLeaders: leadership back to the preferred replicas, or to any that lives (KIP-460).
 *
 * <p>Thread: the connection's event loop.
 */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequestData> {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final Node node;

    public ElectLeadersHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ElectLeadersRequestData request, RequestContext context) {
        byte type = request.electionType();
        if (type != PREFERRED && type != UNCLEAN) {
            refuse(Errors.INVALID_REQUEST, context);
            return;
        }
        ControllerCalls.submit(
                        node.controller(),
                        new ElectLeaders(type == UNCLEAN, wanted(request)),
                        request.timeoutMs(),
                        context)
                .onComplete(done -> {
                    if (done.succeeded()) {
                        context.respond(told(done.result(), context));
                    } else {
                        failed(request, ControllerErrors.toKafka(done.cause()), context);
                    }
                });
    }

    private static List<ElectLeaders.Partition> wanted(ElectLeadersRequestData request) {
        if (request.topicPartitions() == null) {
            return null;
        }
        List<ElectLeaders.Partition> partitions = new ArrayList<>();
        for (TopicPartitions topic : request.topicPartitions()) {
            topic.partitions()
                    .forEach(partition -> partitions.add(new ElectLeaders.Partition(topic.topic(), partition)));
        }
        return partitions;
    }

    private static ElectLeadersResponseData told(ElectLeaders.Outcome outcome, RequestContext context) {
        Map<String, ReplicaElectionResult> topics = new LinkedHashMap<>();
        for (ElectLeaders.Result result : outcome.partitions()) {
            Errors error = ControllerErrors.toKafka(result.error());
            context.error(error.code());
            topics.computeIfAbsent(result.topic(), name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(new PartitionResult()
                            .setPartitionId(result.partition())
                            .setErrorCode(error.code())
                            .setErrorMessage(result.message()));
        }
        return new ElectLeadersResponseData().setReplicaElectionResults(List.copyOf(topics.values()));
    }

    private static void refuse(Errors error, RequestContext context) {
        context.error(error.code());
        context.respond(new ElectLeadersResponseData().setErrorCode(context.version() == 0 ? 0 : error.code()));
    }

    /** Version 0 has no error of the whole: every partition that was asked for has it. */
    private static void failed(ElectLeadersRequestData request, Errors error, RequestContext context) {
        context.error(error.code());
        ElectLeadersResponseData response =
                new ElectLeadersResponseData().setErrorCode(context.version() == 0 ? 0 : error.code());
        if (request.topicPartitions() != null) {
            for (TopicPartitions topic : request.topicPartitions()) {
                ReplicaElectionResult result = new ReplicaElectionResult().setTopic(topic.topic());
                topic.partitions().forEach(partition -> result.partitionResult()
                        .add(new PartitionResult()
                                .setPartitionId(partition)
                                .setErrorCode(error.code())
                                .setErrorMessage(error.message())));
                response.replicaElectionResults().add(result);
            }
        }
        context.respond(response);
    }
}
