package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/**
 * ListGroups: the groups that this node coordinates, by state and type. While some of them are still being loaded the
 * answer is that, and not a list with gaps.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData> {
    private final Node node;

    public ListGroupsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListGroupsRequestData request, RequestContext context) {
        node.groups()
                .<List<ListedGroup>>askAll((machine, nowMs, answer) ->
                        machine.listGroups(request.statesFilter(), request.typesFilter(), nowMs, answer))
                .onComplete(done -> {
                    ListGroupsResponseData response = answer(done.result());
                    context.error(response.errorCode());
                    context.respond(response);
                });
    }

    private static ListGroupsResponseData answer(List<Future<List<ListedGroup>>> shares) {
        ListGroupsResponseData response = new ListGroupsResponseData();
        for (Future<List<ListedGroup>> share : shares) {
            if (share.succeeded()) {
                response.groups().addAll(share.result());
                continue;
            }
            Errors error = CoordinatorException.errorOf(share.cause());
            if (error != Errors.NOT_COORDINATOR) {
                return new ListGroupsResponseData().setErrorCode(error.code());
            }
        }
        return response;
    }
}
