package io.millrace.verticles.handler;

import io.millrace.membership.controller.LegacyAlterConfigs;
import io.millrace.membership.controller.NamedValue;
import io.millrace.verticles.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;

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
        ControllerCalls.submit(
                        node.controller(),
                        new LegacyAlterConfigs(resources, request.validateOnly()),
                        ControllerCalls.DEFAULT_TIMEOUT_MS,
                        context)
                .onComplete(done -> {
                    AlterConfigsResponseData response = new AlterConfigsResponseData();
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
