package io.millrace.verticles.handler;

import io.millrace.membership.controller.CreatePartitions;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;

/**
 * CreatePartitions: more partitions for topics that exist.
 *
 * <p>Thread: the connection's event loop.
 */
public final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequestData> {
    private final Node node;

    public CreatePartitionsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(CreatePartitionsRequestData request, RequestContext context) {
        List<CreatePartitions.Growth> topics = new ArrayList<>(request.topics().size());
        request.topics().forEach(topic -> topics.add(wanted(topic)));
        ControllerCalls.submit(
                        node.controller(),
                        new CreatePartitions(topics, request.validateOnly()),
                        request.timeoutMs(),
                        context)
                .onComplete(done -> {
                    CreatePartitionsResponseData response = new CreatePartitionsResponseData();
                    if (done.succeeded()) {
                        done.result().topics().forEach(result -> response.results()
                                .add(told(
                                        result.topic(),
                                        ControllerErrors.toKafka(result.error()),
                                        result.message(),
                                        context)));
                    } else {
                        Errors error = ControllerErrors.toKafka(done.cause());
                        String why = done.cause().getMessage();
                        topics.stream()
                                .map(CreatePartitions.Growth::topic)
                                .distinct()
                                .forEach(topic -> response.results().add(told(topic, error, why, context)));
                    }
                    context.respond(response);
                });
    }

    private static CreatePartitions.Growth wanted(CreatePartitionsTopic topic) {
        List<List<Integer>> assignments = topic.assignments() == null
                ? null
                : topic.assignments().stream()
                        .map(CreatePartitionsAssignment::brokerIds)
                        .toList();
        return new CreatePartitions.Growth(topic.name(), topic.count(), assignments);
    }

    private static CreatePartitionsTopicResult told(
            String topic, Errors error, String message, RequestContext context) {
        context.error(error.code());
        return new CreatePartitionsTopicResult()
                .setName(topic)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
