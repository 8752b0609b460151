package io.millrace.verticles.handler;

import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.config.GroupConfigs;
import io.millrace.membership.controller.TopicNames;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;

/**
 * DescribeConfigs: every setting of topics, of this broker, of all brokers and of groups, with where its value comes from.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequestData> {
    /** Says why a resource cannot be described. */
    private static final class Undescribable extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Errors error;

        private Undescribable(Errors error, String message) {
            super(message, null, false, false);
            this.error = error;
        }
    }

    private final Node node;

    public DescribeConfigsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeConfigsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        Set<String> told = new HashSet<>();
        boolean known = request.resources().stream()
                .allMatch(resource -> ConfigResource.Type.fromId(resource.resourceType()) != null);
        for (DescribeConfigsResource resource : request.resources()) {
            // Once is enough: the answer is a hundred times larger than the question.
            if (!told.add(resource.resourceType() + "/" + resource.resourceName())) {
                continue;
            }
            DescribeConfigsResult result = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            try {
                if (!known) {
                    // KAFKA: one resource of a type that does not exist spoils the request.
                    throw new Undescribable(Errors.INVALID_REQUEST, "Unexpected resource type in the request");
                }
                Set<String> wanted = wanted(resource);
                for (ConfigEntry entry : entries(image, resource)) {
                    if (wanted.isEmpty() || wanted.contains(entry.name())) {
                        result.configs().add(described(entry, request));
                    }
                }
            } catch (Undescribable why) {
                context.error(why.error.code());
                result.setErrorCode(why.error.code()).setErrorMessage(why.getMessage());
            }
            response.results().add(result);
        }
        context.respond(response);
    }

    /** Empty means all, as null does. */
    private static Set<String> wanted(DescribeConfigsResource resource) {
        return resource.configurationKeys() == null ? Set.of() : new HashSet<>(resource.configurationKeys());
    }

    private List<ConfigEntry> entries(MetadataImage image, DescribeConfigsResource resource) {
        ConfigResource.Type type = ConfigResource.Type.fromId(resource.resourceType());
        String name = resource.resourceName();
        if (type == ConfigResource.Type.TOPIC) {
            String violation = TopicNames.violation(name);
            if (violation != null) {
                throw new Undescribable(Errors.INVALID_TOPIC_EXCEPTION, violation);
            }
            if (image.topic(name) == null) {
                throw new Undescribable(Errors.UNKNOWN_TOPIC_OR_PARTITION, "");
            }
            return node.configs().describeTopic(image, name);
        }
        if (type == ConfigResource.Type.BROKER) {
            if (name.isEmpty()) {
                return node.configs().describeAllBrokers(image);
            }
            checkBrokerId(name);
            return node.configs().describeBroker(image);
        }
        if (type == ConfigResource.Type.GROUP) {
            if (name.isEmpty()) {
                throw new Undescribable(Errors.INVALID_REQUEST, "Group name must not be empty");
            }
            return new GroupConfigs(node.configs()).describe(image, name);
        }
        throw new Undescribable(Errors.INVALID_REQUEST, "Unsupported resource type: " + type);
    }

    private void checkBrokerId(String name) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new Undescribable(Errors.INVALID_REQUEST, "Broker id must be an integer, but it is: " + name);
        }
        if (id != node.brokerId()) {
            throw new Undescribable(
                    Errors.INVALID_REQUEST,
                    "Unexpected broker id, expected " + node.brokerId() + " or empty string, but received " + name);
        }
    }

    private static DescribeConfigsResourceResult described(ConfigEntry entry, DescribeConfigsRequestData request) {
        return new DescribeConfigsResourceResult()
                .setName(entry.name())
                .setValue(entry.value())
                .setReadOnly(entry.readOnly())
                .setConfigSource(entry.source().id())
                .setIsSensitive(entry.sensitive())
                .setConfigType(entry.type().id())
                .setDocumentation(request.includeDocumentation() ? entry.documentation() : null)
                .setSynonyms(request.includeSynonyms() ? synonyms(entry) : List.of());
    }

    private static List<DescribeConfigsSynonym> synonyms(ConfigEntry entry) {
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>(entry.synonyms().size());
        for (ConfigEntry.Synonym synonym : entry.synonyms()) {
            synonyms.add(new DescribeConfigsSynonym()
                    .setName(synonym.name())
                    .setValue(synonym.value())
                    .setSource(synonym.source().id()));
        }
        return synonyms;
    }
}
