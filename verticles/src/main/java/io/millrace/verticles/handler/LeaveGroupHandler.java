package io.millrace.verticles.handler;

import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;

/**
 * LeaveGroup: one member says goodbye, or an administrator for several.
 *
 * <p>Thread: the connection's event loop.
 */
public final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequestData> {
    private final Node node;

    public LeaveGroupHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(LeaveGroupRequestData request, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        node.groups()
                .<LeaveGroupResponseData>ask(
                        request.groupId(),
                        (machine, nowMs, answer) -> machine.leaveGroup(request, client, nowMs, answer))
                .onComplete(done -> {
                    LeaveGroupResponseData response = done.succeeded()
                            ? done.result()
                            : GroupErrors.leave(CoordinatorException.errorOf(done.cause()));
                    context.error(response.errorCode());
                    context.respond(response);
                });
    }
}
