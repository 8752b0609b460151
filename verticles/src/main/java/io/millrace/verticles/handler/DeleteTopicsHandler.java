package io.millrace.verticles.handler;

import io.millrace.membership.controller.DeleteTopics;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResultCollection;

/**
 * DeleteTopics: by name, or by id from v6 on.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequestData> {
    private static final short FIRST_WITH_IDS = 6;
    /** Older clients have no name for TOPIC_DELETION_DISABLED. */
    private static final short FIRST_WITH_DELETION_DISABLED = 3;

    private final Node node;

    public DeleteTopicsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DeleteTopicsRequestData request, RequestContext context) {
        List<DeleteTopics.Target> targets = targets(request, context.version());
        ControllerCalls.submit(node.controller(), new DeleteTopics(targets), request.timeoutMs(), context)
                .onComplete(done -> {
                    DeleteTopicsResponseData response = new DeleteTopicsResponseData()
                            .setResponses(new DeletableTopicResultCollection(AnswerRows.capacity(targets.size())));
                    if (done.succeeded()) {
                        done.result().topics().forEach(result -> response.responses()
                                .add(told(
                                        response.responses().size(),
                                        result.name(),
                                        result.topicId(),
                                        ControllerErrors.toKafka(result.error()),
                                        result.message(),
                                        context)));
                    } else {
                        Errors error = ControllerErrors.toKafka(done.cause());
                        String why = done.cause().getMessage();
                        targets.forEach(target -> response.responses()
                                .add(told(
                                        response.responses().size(), target.name(), target.id(), error, why, context)));
                    }
                    context.respond(response);
                });
    }

    private static List<DeleteTopics.Target> targets(DeleteTopicsRequestData request, short version) {
        List<DeleteTopics.Target> targets = new ArrayList<>();
        if (version < FIRST_WITH_IDS) {
            request.topicNames().forEach(name -> targets.add(DeleteTopics.Target.named(name)));
        } else {
            request.topics()
                    .forEach(topic -> targets.add(new DeleteTopics.Target(
                            topic.name(),
                            topic.topicId().equals(Uuid.ZERO_UUID) ? null : KafkaIds.toJava(topic.topicId()))));
        }
        return targets;
    }

    private static DeletableTopicResult told(
            int place, String name, UUID id, Errors error, String message, RequestContext context) {
        Errors sent = error == Errors.TOPIC_DELETION_DISABLED && context.version() < FIRST_WITH_DELETION_DISABLED
                ? Errors.INVALID_REQUEST
                : error;
        context.error(sent.code());
        return new AnswerRows.DeletedTopic(place)
                .setName(name)
                .setTopicId(KafkaIds.toKafka(id))
                .setErrorCode(sent.code())
                .setErrorMessage(message);
    }
}
