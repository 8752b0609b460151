package io.millrace.verticles.handler;

import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;

/**
 * UnregisterBroker: forgets a broker that will not come back; one that lives registers itself again.
 *
 * <p>Thread: the connection's event loop.
 */
public final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequestData> {
    private final Node node;

    public UnregisterBrokerHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(UnregisterBrokerRequestData request, RequestContext context) {
        ControllerCalls.tell(
                ControllerCalls.submit(
                        node.controller(),
                        new UnregisterBroker(request.brokerId()),
                        ControllerCalls.DEFAULT_TIMEOUT_MS,
                        context),
                UnregisterBroker.Outcome::error,
                UnregisterBroker.Outcome::message,
                context,
                (error, message) -> context.respond(new UnregisterBrokerResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message)));
    }
}
