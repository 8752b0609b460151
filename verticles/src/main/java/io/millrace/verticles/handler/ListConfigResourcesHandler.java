package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;

/**
 * ListConfigResources: the names of what can have configs (KIP-1142). Of client metrics there are none here,
 * of groups those that have some.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ListConfigResourcesHandler implements ApiHandler<ListConfigResourcesRequestData> {
    /** Version 0 was ListClientMetricsResources and knows nothing else. */
    private static final short FIRST_WITH_TYPES = 1;

    private final Node node;

    public ListConfigResourcesHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListConfigResourcesRequestData request, RequestContext context) {
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        Set<ConfigResource.Type> types = types(request, context.version());
        if (types == null) {
            context.error(Errors.UNSUPPORTED_VERSION.code());
            context.respond(response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
            return;
        }
        MetadataImage image = node.image();
        for (ConfigResource.Type type : types) {
            switch (type) {
                case TOPIC -> {
                    for (TopicImage topic : image.topics()) {
                        add(response, type, topic.name());
                    }
                }
                case BROKER, BROKER_LOGGER -> {
                    for (BrokerImage broker : image.brokers().values()) {
                        add(response, type, Integer.toString(broker.id()));
                    }
                }
                case GROUP -> {
                    for (ConfigResource resource : image.configs().keySet()) {
                        if (resource.type() == type) {
                            add(response, type, resource.name());
                        }
                    }
                }
                default -> {
                    // Nothing of this kind can be set.
                }
            }
        }
        context.respond(response);
    }

    /** Null when one is asked for that does not exist. */
    private static Set<ConfigResource.Type> types(ListConfigResourcesRequestData request, short version) {
        if (version < FIRST_WITH_TYPES) {
            return Set.of(ConfigResource.Type.CLIENT_METRICS);
        }
        if (request.resourceTypes().isEmpty()) {
            return EnumSet.allOf(ConfigResource.Type.class);
        }
        Set<ConfigResource.Type> types = EnumSet.noneOf(ConfigResource.Type.class);
        for (byte id : request.resourceTypes()) {
            ConfigResource.Type type = ConfigResource.Type.fromId(id);
            if (type == null) {
                return null;
            }
            types.add(type);
        }
        return types;
    }

    private static void add(ListConfigResourcesResponseData response, ConfigResource.Type type, String name) {
        response.configResources()
                .add(new ListConfigResourcesResponseData.ConfigResource()
                        .setResourceType(type.id())
                        .setResourceName(name));
    }
}
