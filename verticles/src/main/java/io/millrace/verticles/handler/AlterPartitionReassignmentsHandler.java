package io.millrace.verticles.handler;

import io.millrace.membership.controller.ReassignPartitions;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;

/**
 * AlterPartitionReassignments: other replicas for partitions, or the end of a move (KIP-455, KIP-860).
 *
 * <p>Thread: the connection's event loop.
 */
public final class AlterPartitionReassignmentsHandler implements ApiHandler<AlterPartitionReassignmentsRequestData> {
    private final Node node;

    public AlterPartitionReassignmentsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(AlterPartitionReassignmentsRequestData request, RequestContext context) {
        List<ReassignPartitions.Target> targets = new ArrayList<>();
        for (ReassignableTopic topic : request.topics()) {
            topic.partitions()
                    .forEach(partition -> targets.add(new ReassignPartitions.Target(
                            topic.name(), partition.partitionIndex(), partition.replicas())));
        }
        ControllerCalls.submit(
                        node.controller(),
                        new ReassignPartitions(targets, request.allowReplicationFactorChange()),
                        request.timeoutMs(),
                        context)
                .onComplete(done -> {
                    AlterPartitionReassignmentsResponseData response = done.succeeded()
                            ? told(done.result(), context)
                            : failed(ControllerErrors.toKafka(done.cause()), done.cause(), context);
                    context.respond(response.setAllowReplicationFactorChange(request.allowReplicationFactorChange()));
                });
    }

    private static AlterPartitionReassignmentsResponseData told(
            ReassignPartitions.Outcome outcome, RequestContext context) {
        Map<String, ReassignableTopicResponse> topics = new LinkedHashMap<>();
        for (ReassignPartitions.Result result : outcome.partitions()) {
            Errors error = ControllerErrors.toKafka(result.error());
            context.error(error.code());
            topics.computeIfAbsent(result.topic(), name -> new ReassignableTopicResponse().setName(name))
                    .partitions()
                    .add(new ReassignablePartitionResponse()
                            .setPartitionIndex(result.partition())
                            .setErrorCode(error.code())
                            .setErrorMessage(result.message()));
        }
        return new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setResponses(List.copyOf(topics.values()));
    }

    private static AlterPartitionReassignmentsResponseData failed(
            Errors error, Throwable cause, RequestContext context) {
        context.error(error.code());
        return new AlterPartitionReassignmentsResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(cause.getMessage());
    }
}
