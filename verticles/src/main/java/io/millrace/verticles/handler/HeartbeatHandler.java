package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;

/**
 * Heartbeat: a member is still there, and hears whether it must join again.
 *
 * <p>Thread: the connection's event loop.
 */
public final class HeartbeatHandler implements ApiHandler<HeartbeatRequestData> {
    private final Node node;

    public HeartbeatHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(HeartbeatRequestData request, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        node.groups()
                .<HeartbeatResponseData>ask(
                        request.groupId(),
                        (machine, nowMs, answer) -> machine.heartbeat(request, client, nowMs, answer))
                .onComplete(done -> {
                    HeartbeatResponseData response = done.succeeded()
                            ? done.result()
                            : GroupErrors.heartbeat(heard(CoordinatorException.errorOf(done.cause())));
                    context.error(response.errorCode());
                    context.respond(response);
                });
    }

    /** While its group is being loaded a member is taken at its word, as Kafka does: whether it is one is known soon. */
    private static Errors heard(Errors error) {
        return error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : error;
    }
}
