package io.millrace.verticles.handler;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;

/**
 * Metadata: brokers, topics, and who leads each partition; creates the topics it is asked for when the client and the
 * broker allow that, and answers when they are ready for use.
 *
 * <p>Thread: the connection's event loop.
 */
public final class MetadataHandler implements ApiHandler<MetadataRequestData> {
    private static final short FIRST_WITH_IDS_IN_REQUESTS = 12;

    /** Longer than an election, shorter than any client waits for metadata. */
    private static final int CREATION_TIMEOUT_MS = 5_000;

    private final Node node;

    public MetadataHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(MetadataRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        if (isAll(request, context.version())) {
            List<MetadataResponseTopic> topics = new ArrayList<>(image.topicCount());
            for (TopicImage topic : image.topics()) {
                topics.add(describe(topics.size(), image, topic, request, context));
            }
            answer(image, topics, request, context);
            return;
        }
        if (namesTopicsOutOfItsVersion(request, context.version())) {
            List<MetadataResponseTopic> refused =
                    new ArrayList<>(request.topics().size());
            for (MetadataRequestTopic topic : request.topics()) {
                String name = topic.name() == null ? "" : topic.name();
                refused.add(unknown(refused.size(), name, topic.topicId(), Errors.INVALID_REQUEST));
            }
            answer(image, refused, request, context);
            return;
        }
        Set<String> missing = missing(image, request);
        if (missing.isEmpty()) {
            answer(image, some(image, request, context, Map.of()), request, context);
        } else {
            create(missing, request, context);
        }
    }

    /** Version 0 has no way to say "none": there an empty list stands for all. */
    private static boolean isAll(MetadataRequestData request, short version) {
        return request.topics() == null || version == 0 && request.topics().isEmpty();
    }

    private static boolean namesTopicsOutOfItsVersion(MetadataRequestData request, short version) {
        return version < FIRST_WITH_IDS_IN_REQUESTS
                && request.topics().stream()
                        .anyMatch(topic ->
                                topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID));
    }

    /** Topics to create first: unknown by name, and both sides agree to create. */
    private Set<String> missing(MetadataImage image, MetadataRequestData request) {
        if (!request.allowAutoTopicCreation()) {
            return Set.of();
        }
        Set<String> missing = new LinkedHashSet<>();
        for (MetadataRequestTopic topic : request.topics()) {
            if (topic.name() != null
                    && topic.topicId().equals(Uuid.ZERO_UUID)
                    && image.topic(topic.name()) == null
                    && !Topics.isInternal(topic.name())) {
                missing.add(topic.name());
            }
        }
        return missing.isEmpty() || node.configs().brokerBoolean(image, "auto.create.topics.enable")
                ? missing
                : Set.of();
    }

    private void create(Set<String> names, MetadataRequestData request, RequestContext context) {
        List<CreateTopics.NewTopic> topics = names.stream()
                .map(name -> CreateTopics.NewTopic.of(name, CreateTopics.DEFAULT, CreateTopics.DEFAULT, Map.of()))
                .toList();
        CreateTopics command = new CreateTopics(topics, false);
        ControllerCalls.submit(node.controller(), command, CREATION_TIMEOUT_MS, context)
                .onComplete(done -> {
                    Map<String, Errors> errors = new HashMap<>();
                    if (done.succeeded()) {
                        done.result()
                                .topics()
                                .forEach(result -> errors.put(result.name(), creationError(result.error())));
                    } else {
                        names.forEach(name -> errors.put(name, Errors.LEADER_NOT_AVAILABLE));
                    }
                    MetadataImage image = node.image();
                    answer(image, some(image, request, context, errors), request, context);
                });
    }

    /** What a client that only asked for metadata can make sense of: retry, or a name that will never do. */
    private static Errors creationError(ControllerError error) {
        return switch (error) {
            case NONE, TOPIC_ALREADY_EXISTS -> Errors.LEADER_NOT_AVAILABLE;
            case INVALID_TOPIC_EXCEPTION -> Errors.INVALID_TOPIC_EXCEPTION;
            case INVALID_REPLICATION_FACTOR -> Errors.INVALID_REPLICATION_FACTOR;
            case INVALID_PARTITIONS -> Errors.INVALID_PARTITIONS;
            default -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
        };
    }

    private List<MetadataResponseTopic> some(
            MetadataImage image, MetadataRequestData request, RequestContext context, Map<String, Errors> created) {
        Map<Object, MetadataResponseTopic> topics = new LinkedHashMap<>();
        for (MetadataRequestTopic wanted : request.topics()) {
            boolean byId = !wanted.topicId().equals(Uuid.ZERO_UUID);
            boolean byName = !byId && wanted.name() != null;
            TopicImage found =
                    byId ? image.topic(KafkaIds.toJava(wanted.topicId())) : byName ? image.topic(wanted.name()) : null;
            // Asked for twice, or by name and by id, a topic is told once.
            Object key = found != null ? found.name() : byName ? wanted.name() : wanted.topicId();
            if (topics.containsKey(key)) {
                continue;
            }
            int place = topics.size();
            if (found != null) {
                topics.put(key, describe(place, image, found, request, context));
            } else if (byName) {
                Errors error = created.getOrDefault(wanted.name(), unknownByName(wanted.name()));
                topics.put(key, unknown(place, wanted.name(), Uuid.ZERO_UUID, error));
            } else {
                topics.put(key, unknown(place, null, wanted.topicId(), Errors.UNKNOWN_TOPIC_ID));
            }
        }
        return new ArrayList<>(topics.values());
    }

    private static Errors unknownByName(String name) {
        return TopicDescriptions.isValidName(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    }

    private static MetadataResponseTopic describe(
            int place, MetadataImage image, TopicImage topic, MetadataRequestData request, RequestContext context) {
        return TopicDescriptions.metadata(place, image, topic, context.listenerName(), context.version())
                .setTopicAuthorizedOperations(
                        request.includeTopicAuthorizedOperations()
                                ? AuthorizedOperations.TOPIC
                                : AuthorizedOperations.NOT_ASKED);
    }

    private static MetadataResponseTopic unknown(int place, String name, Uuid id, Errors error) {
        return new AnswerRows.MetadataTopic(place)
                .setName(name)
                .setTopicId(id)
                .setErrorCode(error.code())
                .setIsInternal(name != null && Topics.isInternal(name))
                .setTopicAuthorizedOperations(AuthorizedOperations.NOT_ASKED);
    }

    private void answer(
            MetadataImage image,
            List<MetadataResponseTopic> topics,
            MetadataRequestData request,
            RequestContext context) {
        MetadataResponseData response = new MetadataResponseData()
                .setTopics(new MetadataResponseTopicCollection(AnswerRows.capacity(topics.size())))
                .setClusterId(node.clusterId())
                .setControllerId(ControllerIds.of(node, image))
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED);
        TopicDescriptions.activeBrokers(image, context.listenerName()).forEach(response.brokers()::add);
        for (MetadataResponseTopic topic : topics) {
            context.error(topic.errorCode());
            response.topics().add(topic);
        }
        context.respond(response);
    }
}
