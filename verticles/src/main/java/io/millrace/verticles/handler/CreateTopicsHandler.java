package io.millrace.verticles.handler;

import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.NamedValue;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResultCollection;

/**
 * CreateTopics: each topic for itself; the answer tells what became of the defaults (KIP-525).
 *
 * <p>Thread: the connection's event loop.
 */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequestData> {
    private final Node node;

    public CreateTopicsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(CreateTopicsRequestData request, RequestContext context) {
        List<CreateTopics.NewTopic> topics = new ArrayList<>(request.topics().size());
        request.topics().forEach(topic -> topics.add(wanted(topic)));
        ControllerCalls.submit(
                        node.controller(),
                        new CreateTopics(topics, request.validateOnly()),
                        request.timeoutMs(),
                        context)
                .onComplete(done -> {
                    CreateTopicsResponseData response = new CreateTopicsResponseData()
                            .setTopics(new CreatableTopicResultCollection(AnswerRows.capacity(topics.size())));
                    if (done.succeeded()) {
                        done.result().topics().forEach(result -> response.topics()
                                .add(told(response.topics().size(), result, context)));
                    } else {
                        Errors error = ControllerErrors.toKafka(done.cause());
                        context.error(error.code());
                        topics.stream()
                                .map(CreateTopics.NewTopic::name)
                                .distinct()
                                .forEach(name -> response.topics()
                                        .add(new AnswerRows.CreatedTopic(
                                                        response.topics().size())
                                                .setName(name)
                                                .setErrorCode(error.code())
                                                .setErrorMessage(done.cause().getMessage())));
                    }
                    context.respond(response);
                });
    }

    private static CreateTopics.NewTopic wanted(CreatableTopic topic) {
        List<CreateTopics.Assignment> assignments =
                new ArrayList<>(topic.assignments().size());
        topic.assignments()
                .forEach(assignment -> assignments.add(
                        new CreateTopics.Assignment(assignment.partitionIndex(), assignment.brokerIds())));
        List<NamedValue> configs = new ArrayList<>(topic.configs().size());
        topic.configs().forEach(config -> configs.add(new NamedValue(config.name(), config.value())));
        return new CreateTopics.NewTopic(
                topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, configs);
    }

    private static CreatableTopicResult told(int place, CreateTopics.Result result, RequestContext context) {
        Errors error = ControllerErrors.toKafka(result.error());
        context.error(error.code());
        CreatableTopicResult told = new AnswerRows.CreatedTopic(place)
                .setName(result.name())
                .setErrorCode(error.code())
                .setErrorMessage(result.message());
        if (result.error() != ControllerError.NONE) {
            return told;
        }
        List<CreatableTopicConfigs> configs = new ArrayList<>(result.configs().size());
        for (ConfigEntry entry : result.configs()) {
            configs.add(new CreatableTopicConfigs()
                    .setName(entry.name())
                    .setValue(entry.value())
                    .setReadOnly(entry.readOnly())
                    .setConfigSource(entry.source().id())
                    .setIsSensitive(entry.sensitive()));
        }
        return told.setTopicId(KafkaIds.toKafka(result.topicId()))
                .setNumPartitions(result.partitions())
                .setReplicationFactor(result.replicationFactor())
                .setConfigs(configs);
    }
}
