package io.millrace.verticles.handler;

import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * SyncGroup: what the leader has assigned; the answer waits for the leader.
 *
 * <p>Thread: the connection's event loop.
 */
public final class SyncGroupHandler implements ApiHandler<SyncGroupRequestData> {
    private final Node node;

    public SyncGroupHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(SyncGroupRequestData request, RequestContext context) {
        ClientContext client = GroupClients.of(context);
        node.groups()
                .<SyncGroupResponseData>ask(
                        request.groupId(),
                        (machine, nowMs, answer) -> machine.syncGroup(request, client, nowMs, answer))
                .onComplete(done -> {
                    SyncGroupResponseData response = done.succeeded()
                            ? done.result()
                            : GroupErrors.sync(CoordinatorException.errorOf(done.cause()));
                    context.error(response.errorCode());
                    context.respond(response);
                });
    }
}
