package io.millrace.verticles.handler;

import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;

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
        ControllerCalls.submit(
                        node.controller(),
                        new IncrementalAlterConfigs(resources, request.validateOnly()),
                        ControllerCalls.DEFAULT_TIMEOUT_MS,
                        context)
                .onComplete(done -> {
                    IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
                    if (done.succeeded()) {
                        done.result().resources().forEach(result -> response.responses()
                                .add(told(
                                        result.type(),
                                        result.name(),
                                        ControllerErrors.toKafka(result.error()),
                                        result.message(),
                                        context)));
                    } else {
                        Errors error = ControllerErrors.toKafka(done.cause());
                        String why = done.cause().getMessage();
                        resources.forEach(resource ->
                                response.responses().add(told(resource.type(), resource.name(), error, why, context)));
                    }
                    context.respond(response);
                });
    }

    private static AlterConfigsResourceResponse told(
            byte type, String name, Errors error, String message, RequestContext context) {
        context.error(error.code());
        return new AlterConfigsResourceResponse()
                .setResourceType(type)
                .setResourceName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
