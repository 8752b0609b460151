package io.millrace.verticles.handler;

import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;

/**
 * IncrementalAlterConfigs: sets, deletes, appends to or subtracts from single configs (KIP-339).
 *
 * <p>Thread: the connection's event loop.
 */
public final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequestData> {
    private final Node node;

    public IncrementalAlterConfigsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(IncrementalAlterConfigsRequestData request, RequestContext context) {
        List<IncrementalAlterConfigs.Resource> resources = new ArrayList<>();
        request.resources().forEach(resource -> {
            List<IncrementalAlterConfigs.Change> changes =
                    new ArrayList<>(resource.configs().size());
            resource.configs()
                    .forEach(config -> changes.add(new IncrementalAlterConfigs.Change(
                            config.name(),
                            IncrementalAlterConfigs.Operation.fromId(config.configOperation()),
                            config.value())));
            resources.add(
                    new IncrementalAlterConfigs.Resource(resource.resourceType(), resource.resourceName(), changes));
        });
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        AlteredConfigs.settle(
                node.controller(),
                new IncrementalAlterConfigs(resources, request.validateOnly()),
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
