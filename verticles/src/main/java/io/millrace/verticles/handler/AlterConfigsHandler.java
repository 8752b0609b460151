package io.millrace.verticles.handler;

import io.millrace.membership.controller.LegacyAlterConfigs;
import io.millrace.membership.controller.NamedValue;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;

/**
 * AlterConfigs, the old way: what a request does not name goes back to its default.
 *
 * <p>Thread: the connection's event loop.
 */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData> {
    private final Node node;

    public AlterConfigsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(AlterConfigsRequestData request, RequestContext context) {
        List<LegacyAlterConfigs.Resource> resources = new ArrayList<>();
        request.resources().forEach(resource -> {
            List<NamedValue> configs = new ArrayList<>(resource.configs().size());
            resource.configs().forEach(config -> configs.add(new NamedValue(config.name(), config.value())));
            resources.add(new LegacyAlterConfigs.Resource(resource.resourceType(), resource.resourceName(), configs));
        });
        AlterConfigsResponseData response = new AlterConfigsResponseData();
        AlteredConfigs.settle(
                node.controller(),
                new LegacyAlterConfigs(resources, request.validateOnly()),
                context,
                (type, name, errorCode, message) -> response.responses()
                        .add(new AlterConfigsResourceResponse()
                                .setResourceType(type)
                                .setResourceName(name)
                                .setErrorCode(errorCode)
                                .setErrorMessage(message)),
                () -> context.respond(response));
    }
}
