package io.millrace.verticles.handler;

import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;

/**
 * JoinGroup: into the group, or on with the next generation; the answer waits for the other members.
 *
 * <p>Thread: the connection's event loop.
 */
public final class JoinGroupHandler implements ApiHandler<JoinGroupRequestData> {
    /** From here on an answer may name no protocol. */
    private static final short FIRST_WITHOUT_PROTOCOL = 7;

    private final Node node;

    public JoinGroupHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(JoinGroupRequestData request, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        node.groups()
                .<JoinGroupResponseData>ask(
                        request.groupId(),
                        (machine, nowMs, answer) -> machine.joinGroup(request, client, nowMs, answer))
                .onComplete(done -> {
                    JoinGroupResponseData response = done.succeeded()
                            ? done.result()
                            : GroupErrors.join(CoordinatorException.errorOf(done.cause()), request.memberId());
                    if (context.version() < FIRST_WITHOUT_PROTOCOL && response.protocolName() == null) {
                        response.setProtocolName("");
                    }
                    context.error(response.errorCode());
                    context.respond(response);
                });
    }
}
